import Foundation
import Grammars
import JSON
import Testing

/// Answers as chat templates write them, and as makers of models document them, whole and cut at every border.
@Suite struct AnswerParserTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var form: ToolForm
    var reasoning: ReasoningForm
    var isReasoning: Bool
    var answer: String
    var expected: Outcome
    var testDescription: String { name }
  }

  /// What an answer holds, with pieces joined.
  struct Outcome: Equatable, Sendable {
    var text = ""
    var reasoning = ""
    var calls: [Call] = []

    struct Call: Equatable, Sendable {
      var name: String
      var arguments: JSON?
      var isComplete = false
    }
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  static let tools: [ToolDescription] = {
    let string: JSON = ["type": "string"]
    return [
      ToolDescription(
        name: "get_weather",
        parameters: [
          "type": "object",
          "properties": [
            "city": string, "days": ["type": "integer"], "unit": ["type": "string", "enum": ["c", "f"]],
          ],
          "required": ["city"],
        ]),
      ToolDescription(
        name: "write_file",
        parameters: [
          "type": "object",
          "properties": [
            "path": string, "content": string, "append": ["type": "boolean"],
            "tags": ["type": "array", "items": string], "meta": ["type": "object"],
            "ratio": ["type": "number"],
          ],
          "required": ["path", "content"],
        ]),
    ]
  }()

  static let cases: [Case] = {
    guard let text = try? String(contentsOf: folder.appending(path: "tools/cases.jsonl"), encoding: .utf8)
    else {
      return []
    }
    return text.split(separator: "\n").compactMap { line in
      guard let json = try? JSON(parsing: String(line)), let name = json["name"]?.string,
        let answer = json["answer"]?.string, let prompt = json["prompt"]?.string
      else { return nil }
      var form = json["form"]?.string.flatMap(ToolForm.init(rawValue:)) ?? .none
      var reasoning: ReasoningForm = form == .seed ? .seed : form == .harmony ? .harmony : .none
      if let file = json["template"]?.string,
        let template = try? String(contentsOf: folder.appending(path: "templates/\(file)"), encoding: .utf8)
      {
        form = ToolForm.detect(template: template)
        reasoning = ReasoningForm.detect(template: template)
      }
      let calls = (json["calls"]?.array ?? []).map {
        Outcome.Call(name: $0["name"]?.string ?? "", arguments: $0["arguments"]?.sorted, isComplete: true)
      }
      return Case(
        name: name, form: form, reasoning: reasoning, isReasoning: reasoning.isOpen(atEndOf: prompt),
        answer: answer,
        expected: Outcome(
          text: json["text"]?.string ?? "", reasoning: json["reasoning"]?.string ?? "", calls: calls))
    }
  }()

  static func outcome(_ parts: [AnswerPart]) -> Outcome {
    var result = Outcome()
    var arguments: [String] = []
    for part in parts {
      switch part {
      case .text(let text): result.text += text
      case .reasoning(let text): result.reasoning += text
      case .callBegin(let index, let name, _):
        #expect(index == result.calls.count)
        result.calls.append(.init(name: name))
        arguments.append("")
      case .callArguments(let index, let text): arguments[index] += text
      case .callEnd(let index, let isComplete): result.calls[index].isComplete = isComplete
      }
    }
    for index in result.calls.indices {
      result.calls[index].arguments = (try? JSON(parsing: arguments[index]))?.sorted
    }
    return result
  }

  static func parse(_ pieces: [String], _ one: Case, isCut: Bool = false) -> Outcome {
    var parser = AnswerParser(
      form: one.form, reasoning: one.reasoning, tools: tools, isReasoning: one.isReasoning)
    var parts: [AnswerPart] = []
    for piece in pieces { parts += parser.feed(piece) }
    return outcome(parts + parser.finish(isCut: isCut))
  }

  @Test func thereAreCases() {
    #expect(Self.cases.count > 80)
    #expect(Set(Self.cases.map(\.form)).count > 15)
  }

  @Test(arguments: cases) func wholeAndCutAtEveryBorder(_ one: Case) {
    #expect(Self.parse([one.answer], one) == one.expected)
    let characters = Array(one.answer.unicodeScalars)
    #expect(Self.parse(characters.map { String(Character($0)) }, one) == one.expected)
    for cut in characters.indices {
      let head = String(String.UnicodeScalarView(characters[..<cut]))
      let tail = String(String.UnicodeScalarView(characters[cut...]))
      let outcome = Self.parse([head, tail], one)
      guard outcome == one.expected else {
        Issue.record("cut after \(cut) scalars: \(outcome)")
        return
      }
    }
  }

  /// Whatever an answer is cut at, no mark of the form is shown as text.
  @Test(arguments: cases) func anAnswerThatEndsEarlyLeaksNoMarks(_ one: Case) {
    guard !one.form.isBareForTests, !one.expected.calls.isEmpty else { return }
    let characters = Array(one.answer.unicodeScalars)
    for cut in characters.indices {
      let outcome = Self.parse([String(String.UnicodeScalarView(characters[..<cut]))], one, isCut: true)
      guard one.expected.text.hasPrefix(outcome.text), one.expected.reasoning.hasPrefix(outcome.reasoning)
      else {
        Issue.record("cut after \(cut) scalars: \(outcome)")
        return
      }
    }
  }

  @Test func withoutToolsCallsAreText() {
    var parser = AnswerParser(form: .hermes)
    let text = "<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>"
    #expect(Self.outcome(parser.feed(text) + parser.finish()).text == text)
  }

  @Test func argumentsStream() {
    var parser = AnswerParser(form: .hermes, tools: Self.tools)
    let first = parser.feed("<tool_call>{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Zü")
    #expect(
      first == [
        .callBegin(index: 0, name: "get_weather", id: nil), .callArguments(index: 0, text: "{\"city\": \"Zü"),
      ])
    let second = parser.feed("rich\"}}</tool_call>")
    #expect(
      second == [
        .callArguments(index: 0, text: "rich\"}"), .callEnd(index: 0, isComplete: true),
      ])
  }
}

extension JSON {
  /// With the members of objects in the order of their names: Gemma's template sorts them.
  fileprivate var sorted: JSON {
    switch self {
    case .object(let members):
      .object(
        JSONObject(uniqueKeysWithValues: members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted) })
      )
    case .array(let elements): .array(elements.map(\.sorted))
    default: self
    }
  }
}

extension ToolForm {
  /// Whether the form has no mark, so that an answer that ends early cannot be told from text.
  fileprivate var isBareForTests: Bool { [.llama3, .pythonic, .functionary].contains(self) }
}
