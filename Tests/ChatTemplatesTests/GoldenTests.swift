import ChatTemplates
import JSON
import Testing

/// The moment that the fixtures' scripts pin.
let pinned: @Sendable () -> TemplateTime = { TemplateTime(year: 2026, month: 1, day: 14, hour: 21) }

@Suite("Goldens made by Jinja2")
struct GoldenTests {
  @Test("real templates render the same conversations, or refuse them", arguments: Fixtures.templates)
  func realTemplate(name: String) throws {
    let template = try ChatTemplate(source: try Fixtures.text(name + ".jinja"))
    let cases = try Fixtures.lines(name + ".jsonl")
    #expect(cases.count == 15)
    for golden in cases {
      let context = try #require(golden["context"]?.object)
      if let expected = golden["rendered"]?.string {
        #expect(try template.render(context, now: pinned) == expected)
      } else {
        #expect(throws: TemplateError.self) { try template.render(context, now: pinned) }
      }
    }
  }

  @Test func allTemplatesAreThere() {
    #expect(Fixtures.templates.count == 35)
  }

  @Test("one feature after the other")
  func features() throws {
    let golden = try JSON(parsing: try Fixtures.text("engine_cases.json"))
    let context = try #require(golden["context"]?.object)
    let cases = try #require(golden["cases"]?.array)
    #expect(cases.count > 250)
    for golden in cases {
      let source = try #require(golden["template"]?.string)
      let outcome = Result { try ChatTemplate(source: source).render(context, now: pinned) }
      switch (golden["rendered"]?.string, outcome) {
      case (let expected?, .success(let text)):
        #expect(text.utf8.elementsEqual(expected.utf8), "\(source)\ngot      \(text)\nexpected \(expected)")
      case (let expected?, .failure(let error)):
        Issue.record("\(source)\nraised \(error)\nexpected \(expected)")
      case (nil, .success(let text)):
        Issue.record("\(source)\nrendered \(text)\nexpected \(golden["error"]?.string ?? "")")
      case (nil, .failure): break
      }
    }
  }
}
