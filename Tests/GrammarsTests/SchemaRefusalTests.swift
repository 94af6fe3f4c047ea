import Generation
import Grammars
import Testing

/// What is not enforced is refused, by keyword and place.
@Suite struct SchemaRefusalTests {
  @Test(arguments: [
    (
      #"{"properties":{"a":{"type":"array","uniqueItems":true}}}"#, "uniqueItems", "/properties/a/uniqueItems"
    ),
    (#"{"properties":{"a/b":{"contains":{"type":"null"}}}}"#, "contains", "/properties/a~1b/contains"),
    (#"{"unevaluatedProperties":false}"#, "unevaluatedProperties", "/unevaluatedProperties"),
    (#"{"type":"string","format":"color-of-hope"}"#, "format", "/format"),
    (#"{"type":"string","pattern":"(a)\\1"}"#, "pattern", "/pattern"),
    (#"{"$ref":"https://example.com/other.json"}"#, "$ref", "/$ref"),
    (#"{"type":"strnig"}"#, "type", "/type"),
    (#"{"oneOf":[{"items":{"type":"string"}},{"items":{"type":"number"}}]}"#, "oneOf", "/oneOf"),
    (#"{"multipleOf":-2}"#, "multipleOf", "/multipleOf"),
    (#"{"properties":{"a":3}}"#, "schema", "/properties/a"),
  ])
  func refused(_ schema: String, _ keyword: String, _ path: String) {
    let error = #expect(throws: GrammarError.self) {
      try GrammarCompiler.check(OutputConstraint(.jsonSchema(schema)))
    }
    #expect(error?.keyword == keyword)
    #expect(error?.path == path)
  }

  @Test(arguments: [
    ##"{"$ref":"#"}"##, "{", "3", ##"{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}"##,
    #"{"minimum":3,"maximum":2,"type":"number"}"#, #"{"type":"string","pattern":"^a{5,}$","maxLength":4}"#,
  ])
  func impossible(_ schema: String) {
    #expect(throws: GrammarError.self) { try GrammarCompiler.check(OutputConstraint(.jsonSchema(schema))) }
  }

  @Test(arguments: [
    #"{"title":"T","description":"d","default":1,"$schema":"x","examples":[1],"deprecated":true}"#,
    #"{"type":"object","properties":{}}"#, "{}", "true",
    #"{"type":"string","maxLength":65536,"pattern":"^[^\\s]*$"}"#,
  ])
  func annotationsAndEmptySchemasPass(_ schema: String) throws {
    try GrammarCompiler.check(OutputConstraint(.jsonSchema(schema)))
  }
}
