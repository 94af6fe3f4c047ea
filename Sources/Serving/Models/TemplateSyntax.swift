import Generation
import Grammars
import JSON

/// What a chat template says of how its model writes reasoning and calls.
package struct TemplateSyntax: AnswerSyntax {
  private let tools: ToolForm
  private let reasoning: ReasoningForm

  /// The syntax of a model with this template.
  package init(template: String) {
    tools = ToolForm.detect(template: template)
    reasoning = ReasoningForm.detect(template: template)
  }

  package var knowsTools: Bool { tools != .none }
  package var knowsReasoning: Bool { reasoning != .none }

  package func makeParser(prompt: String, tools: [ToolDefinition]) -> any AnswerParser {
    TemplateParser(
      parser: Grammars.AnswerParser(
        form: self.tools, reasoning: reasoning, tools: tools.map(\.toolDescription),
        isReasoning: reasoning.isOpen(atEndOf: prompt)))
  }

  package func constraint(
    _ choice: ToolChoice, of tools: [ToolDefinition], parallel: Bool, prompt: String
  ) throws(ServingError) -> OutputConstraint? {
    let wanted: Grammars.ToolChoice
    switch choice {
    case .none: return nil
    case .auto: wanted = .auto
    case .required: wanted = .required
    case .named(let name): wanted = .named(name)
    }
    do throws(GrammarError) {
      return try self.tools.constraint(
        tools: tools.map(\.toolDescription), choice: wanted, isParallel: parallel,
        after: reasoningEnd(prompt: prompt))
    } catch {
      throw ServingError(.badRequest, "\(error)", parameter: choice == .auto ? "tools" : "tool_choice")
    }
  }

  package func reasoningEnd(prompt: String) -> String? {
    reasoning == .harmony || reasoning.isOpen(atEndOf: prompt) ? reasoning.close : nil
  }

  /// Whether a special token is a mark around reasoning or calls, so that it must not be left out of an answer's text.
  package static func isMark(_ token: String) -> Bool {
    ToolForm.detect(template: token) != .none || ReasoningForm.detect(template: token) != .none
  }
}

extension ToolDefinition {
  /// As Grammars takes it.
  fileprivate var toolDescription: ToolDescription {
    ToolDescription(name: name, parameters: parameters ?? [:], isStrict: isStrict)
  }
}

/// A parser of Grammars, with its parts as the server's dialects take them.
private struct TemplateParser: AnswerParser {
  var parser: Grammars.AnswerParser

  mutating func append(_ text: String) -> [AnswerPart] { Self.parts(parser.feed(text)) }
  mutating func finish(isCut: Bool) -> [AnswerPart] { Self.parts(parser.finish(isCut: isCut)) }

  private static func parts(_ parts: [Grammars.AnswerPart]) -> [AnswerPart] {
    parts.compactMap { part in
      switch part {
      case .text(let text): .text(text)
      case .reasoning(let text): .reasoning(text)
      case .callBegin(let index, let name, _): .callBegan(index: index, name: name)
      case .callArguments(let index, let text): .arguments(index: index, text)
      case .callEnd: nil
      }
    }
  }
}
