import Generation
import JSON

/// A part of an answer as a parser finds it, in order.
package enum AnswerPart: Sendable, Equatable {
  /// Text for the user.
  case text(String)
  /// Text of the model's reasoning.
  case reasoning(String)
  /// A tool's call begins; calls are counted from 0.
  case callBegan(index: Int, name: String)
  /// A piece of the arguments of a call, JSON.
  case arguments(index: Int, String)
}

/// Reads one answer as it comes. Whole and streamed answers go through the same parser.
package protocol AnswerParser: Sendable {
  /// Takes the text that became certain.
  mutating func append(_ text: String) -> [AnswerPart]
  /// What is left at the end. `isCut` says that the answer was cut by a limit: the beginnings of calls are then dropped,
  /// never shown.
  mutating func finish(isCut: Bool) -> [AnswerPart]
}

/// What a model writes around its reasoning and its tool calls.
package protocol AnswerSyntax: Sendable {
  /// Whether calls can be recognised at all.
  var knowsTools: Bool { get }
  /// Whether reasoning can be recognised.
  var knowsReasoning: Bool { get }

  /// A parser for one answer.
  ///
  /// - Parameters:
  ///   - prompt: The rendered prompt; it may have opened the reasoning already.
  ///   - tools: The tools that were offered; none for a parser that leaves calls alone.
  func makeParser(prompt: String, tools: [ToolDefinition]) -> any AnswerParser

  /// What the text must be so that the choice of tools holds; nil where nothing has to be enforced.
  ///
  /// - Throws: `ServingError` where it cannot be.
  func constraint(
    _ choice: ToolChoice, of tools: [ToolDefinition], parallel: Bool, prompt: String
  ) throws(ServingError) -> OutputConstraint?

  /// The text after which an answer proper begins, where the model reasons first; nil where it does not.
  func reasoningEnd(prompt: String) -> String?
}

/// Text and nothing else.
package struct PlainSyntax: AnswerSyntax {
  /// A syntax.
  package init() {}

  package var knowsTools: Bool { false }
  package var knowsReasoning: Bool { false }

  package func makeParser(prompt: String, tools: [ToolDefinition]) -> any AnswerParser { PlainParser() }

  package func constraint(
    _ choice: ToolChoice, of tools: [ToolDefinition], parallel: Bool, prompt: String
  ) throws(ServingError) -> OutputConstraint? {
    if choice == .auto { return nil }
    throw ServingError(
      .badRequest, "calling a tool cannot be enforced with this model: use tool_choice auto",
      parameter: "tool_choice")
  }

  package func reasoningEnd(prompt: String) -> String? { nil }
}

/// Everything is text.
struct PlainParser: AnswerParser {
  func append(_ text: String) -> [AnswerPart] { text.isEmpty ? [] : [.text(text)] }
  func finish(isCut: Bool) -> [AnswerPart] { [] }
}

/// A tool that the model may call.
package struct ToolDefinition: Sendable, Equatable {
  /// Its name.
  package var name: String
  /// What it does.
  package var description: String?
  /// The schema of its arguments.
  package var parameters: JSON?
  /// Whether the arguments must follow the schema.
  package var isStrict = false

  /// A tool.
  package init(name: String, description: String? = nil, parameters: JSON? = nil, isStrict: Bool = false) {
    self.name = name
    self.description = description
    self.parameters = parameters
    self.isStrict = isStrict
  }

  /// As templates expect it.
  var json: JSON {
    var function: JSONObject = ["name": .string(name)]
    if let description { function["description"] = .string(description) }
    function["parameters"] = parameters ?? ["type": "object", "properties": [:]]
    return ["type": "function", "function": .object(function)]
  }
}

/// Which tools the model is to call.
package enum ToolChoice: Sendable, Equatable {
  case auto, none, required
  /// This one.
  case named(String)
}
