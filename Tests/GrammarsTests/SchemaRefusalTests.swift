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
    // A million ways to have read a hundred letters.
    (
      #"{"properties":{"a":{"type":"string","pattern":"^((a{1,100}){1,100}){1,100}$"}}}"#, "pattern",
      "/properties/a/pattern"
    ),
    (
      #"{"patternProperties":{"^((x{1,99}){1,99}){1,99}$":{"type":"string"}}}"#, "patternProperties",
      "/patternProperties"
    ),
    // What follows is built for each branch: two to the fortieth times.
    (
      #"{"items":{"type":"string","pattern":"\#(String(repeating: "(a|b$)", count: 40))"}}"#, "pattern",
      "/items/pattern"
    ),
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

  @Test func tooLong() {
    let text = "{\"description\":\"" + String(repeating: "x", count: 1 << 20) + "\"}"
    let error = #expect(throws: GrammarError.self) {
      try GrammarCompiler.check(OutputConstraint(.jsonSchema(text)))
    }
    #expect(error?.keyword == "schema")
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
