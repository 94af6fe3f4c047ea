import Generation
import Grammars
import JSON
import Testing

/// What a constraint on calls accepts is what the model's template writes, and nothing that is no call.
@Suite struct ToolGrammarTests {
  static let answers = AnswerParserTests.cases.filter {
    ($0.name.hasSuffix(": one") || $0.name.hasSuffix(": two") || $0.name.hasSuffix(": long"))
      && $0.expected.text.isEmpty && $0.expected.reasoning.isEmpty && $0.form != .none
  }

  static func matcher(
    _ form: ToolForm, _ choice: ToolChoice, tools: [ToolDescription] = AnswerParserTests.tools
  ) throws -> GrammarMatcher {
    let constraint = try #require(try form.constraint(tools: tools, choice: choice))
    return try GrammarCompiler(vocabulary: .bytes, endTokens: [GrammarVocabulary.endOfBytes]).compile(
      constraint)
  }

  @Test(arguments: answers) func templatesWriteWhatIsEnforced(_ one: AnswerParserTests.Case) throws {
    // LFM2's and Gemma's literals: what the template writes unescaped, or in another order, is not what is enforced.
    guard !one.name.hasSuffix("long") || ![.lfm2, .gemma].contains(one.form) else { return }
    // Templates that print Python's values, or end a thought that was never begun.
    guard !one.answer.contains(">True<"), !one.answer.contains("\nTrue\n"), !one.answer.contains("CDATA"),
      !one.answer.contains("</think>")
    else { return }
    var answer = one.answer[...]
    while answer.last?.isWhitespace == true { answer.removeLast() }
    // Ids, which the template makes up.
    let text = answer.replacing("[CALL_ID]call00000", with: "").replacing("[CALL_ID]call00001", with: "")
      .replacing(", \"id\": \"call00000\"", with: "").replacing(", \"id\": \"call00001\"", with: "")
    let matcher = try Self.matcher(one.form, .required)
    #expect(matcher.takes(String(text)), "\(text)")
  }

  @Test(arguments: ToolForm.allCases.filter { $0 != .none })
  func textAloneIsNoCall(_ form: ToolForm) throws {
    let matcher = try Self.matcher(form, .required)
    #expect(!matcher.takes("The weather is fine."))
    #expect(!matcher.takes(""))
  }

  @Test func aNamedToolIsTheOnlyOne() throws {
    let matcher = try Self.matcher(.hermes, .named("write_file"))
    #expect(
      !matcher.takes(
        "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"a\"}}\n</tool_call>"))
    #expect(
      matcher.takes(
        "<tool_call>\n{\"name\": \"write_file\", \"arguments\": {\"path\": \"a\", \"content\": \"\"}}\n</tool_call>"
      ))
    #expect(throws: GrammarError.self) { try Self.matcher(.hermes, .named("nothing")) }
  }

  @Test(arguments: [
    ToolForm.hermes, .qwenCoder, .mistral, .mistralList, .deepseek, .kimi, .glm, .gemma, .minimax, .cohere,
    .seed,
  ])
  func strictToolsHoldAfterTheMark(_ form: ToolForm) throws {
    var tools = AnswerParserTests.tools
    tools.removeLast()
    tools[0].isStrict = true
    let constraint = try #require(try form.constraint(tools: tools, choice: .auto))
    let begin = try #require(constraint.begin)
    let matcher = try GrammarCompiler(vocabulary: .bytes, endTokens: [GrammarVocabulary.endOfBytes])
      .compile(constraint)
    #expect(matcher.takes("No call at all."))
    #expect(!matcher.takes("Let me see. " + begin + " {\"name\": \"other\", \"arguments\": {}}"))
    let required = try #require(try form.constraint(tools: tools, choice: .required))
    #expect(required.begin == nil)
  }

  @Test func aStrictSchemaThatCannotHoldIsRefused() {
    let tool = ToolDescription(
      name: "f",
      parameters: ["type": "object", "properties": ["a": ["type": "array", "uniqueItems": true]]],
      isStrict: true)
    let error = #expect(throws: GrammarError.self) {
      _ = try ToolForm.hermes.constraint(tools: [tool], choice: .required)
    }
    #expect(error?.keyword == "uniqueItems")
    #expect(error?.path == "/f/parameters/properties/a/uniqueItems")
  }
}
