import Foundation
import Generation
import JSON
import Serving

/// Prompts whose tokens are bytes, in a form of few rules.
package struct ScriptedPrompts: PromptFormatting {
  package let stopStrings: [String] = []
  package let stopTokens: [Int] = []
  package let vocabularySize = 256
  package var templateText: String
  /// Bytes that are tokens of another name.
  package var names: [String: Int]

  /// Prompts.
  package init(template: String = "tools <think>", names: [String: Int] = [:]) {
    templateText = template
    self.names = names
  }

  package func render(_ messages: [JSON], tools: [JSON], variables: JSONObject) throws -> String {
    var text = ""
    for tool in tools { text += "<tool>" + tool.serialized() + "\n" }
    for message in messages {
      if message["content"]?.string?.contains("REFUSE") == true { throw Refusal() }
      text += "<\(message["role"]?.string ?? "")>" + (message["content"]?.string ?? "")
      if let calls = message["tool_calls"] { text += calls.serialized() }
      text += "\n"
    }
    for (name, value) in variables { text += "[\(name)=\(value.serialized())]" }
    return text + "<assistant>"
  }

  /// What this template says of a text with `REFUSE` in it.
  private struct Refusal: Error, CustomStringConvertible {
    let description = "it has REFUSE in it"
  }

  package func encode(rendered text: String) -> [Int] { text.utf8.map(Int.init) }
  package func encode(_ text: String, addSpecialTokens: Bool) -> [Int] { text.utf8.map(Int.init) }

  package func id(of token: String) -> Int? { names[token] }

  package func decode(_ tokens: [Int]) -> String {
    String(decoding: tokens.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
  }

  package func bytes(of token: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: token)] }
}

/// Reasoning in `<think>`, calls in `<tool_call>`.
package struct TaggedSyntax: AnswerSyntax {
  /// A syntax.
  package init() {}

  package var knowsTools: Bool { true }
  package var knowsReasoning: Bool { true }

  package func makeParser(prompt: String, tools: [ToolDefinition]) -> any AnswerParser {
    TaggedParser(readsCalls: !tools.isEmpty)
  }

  package func constraint(
    _ choice: ToolChoice, of tools: [ToolDefinition], parallel: Bool, prompt: String
  ) throws(ServingError) -> OutputConstraint? {
    switch choice {
    case .auto, .none: nil
    case .named(let name): OutputConstraint(.regex(name))
    case .required: OutputConstraint(.regex(tools.map(\.name).joined(separator: "|")))
    }
  }

  package func reasoningEnd(prompt: String) -> String? { "</think>" }
}

/// Takes the whole text apart again with every piece, and tells what is new. Slow, and plain to see that it is right.
private struct TaggedParser: AnswerParser {
  let readsCalls: Bool
  private var text = ""
  private var told: [AnswerPart] = []

  init(readsCalls: Bool) { self.readsCalls = readsCalls }

  mutating func append(_ piece: String) -> [AnswerPart] {
    text += piece
    return tell(isLast: false)
  }

  mutating func finish(isCut: Bool) -> [AnswerPart] { tell(isLast: true) }

  private mutating func tell(isLast: Bool) -> [AnswerPart] {
    var (answer, reasoning, calls) = ("", "", [(String, String)]())
    var rest = Substring(text)
    var mode = ""
    while !rest.isEmpty {
      if mode == "think" {
        guard let end = rest.range(of: "</think>") else {
          reasoning += isLast ? String(rest) : Self.certain(rest, ["</think>"])
          break
        }
        reasoning += rest[..<end.lowerBound]
        rest = rest[end.upperBound...]
        mode = ""
      } else if mode == "call" {
        guard let end = rest.range(of: "</tool_call>") else { break }
        if let json = try? JSON(parsing: String(rest[..<end.lowerBound])), let name = json["name"]?.string {
          calls.append((name, json["arguments"]?.serialized() ?? "{}"))
        }
        rest = rest[end.upperBound...]
        mode = ""
      } else {
        let tags = readsCalls ? ["<think>", "<tool_call>"] : ["<think>"]
        let found = tags.compactMap { rest.range(of: $0) }.min { $0.lowerBound < $1.lowerBound }
        guard let found else {
          answer += isLast ? String(rest) : Self.certain(rest, tags)
          break
        }
        answer += rest[..<found.lowerBound]
        mode = rest[found] == "<think>" ? "think" : "call"
        rest = rest[found.upperBound...]
      }
    }
    return news(answer, reasoning, calls)
  }

  /// Without an end that may become a tag.
  private static func certain(_ text: Substring, _ tags: [String]) -> String {
    let ends = (1..<12).filter { count in
      tags.contains { $0.count > count && text.hasSuffix($0.prefix(count)) }
    }
    return String(text.dropLast(ends.max() ?? 0))
  }

  /// What follows after a beginning; counted in scalars, as characters grow together with what follows them.
  private static func rest(of text: String, after beginning: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.dropFirst(beginning.unicodeScalars.count)))
  }

  private mutating func news(_ answer: String, _ reasoning: String, _ calls: [(String, String)])
    -> [AnswerPart]
  {
    var (oldAnswer, oldReasoning, oldCalls) = ("", "", 0)
    for part in told {
      switch part {
      case .text(let text): oldAnswer += text
      case .reasoning(let text): oldReasoning += text
      case .callBegan: oldCalls += 1
      case .arguments: break
      }
    }
    var parts: [AnswerPart] = []
    let (newReasoning, newAnswer) = (
      Self.rest(of: reasoning, after: oldReasoning), Self.rest(of: answer, after: oldAnswer)
    )
    if !newReasoning.isEmpty { parts.append(.reasoning(newReasoning)) }
    if !newAnswer.isEmpty { parts.append(.text(newAnswer)) }
    for index in calls.indices.dropFirst(oldCalls) {
      let (name, arguments) = calls[index]
      parts.append(.callBegan(index: index, name: name))
      let half = arguments.index(arguments.startIndex, offsetBy: arguments.count / 2)
      parts += [
        .arguments(index: index, String(arguments[..<half])),
        .arguments(index: index, String(arguments[half...])),
      ]
    }
    told += parts
    return parts
  }
}
