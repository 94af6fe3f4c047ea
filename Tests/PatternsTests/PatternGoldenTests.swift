import Foundation
import Patterns
import Testing

struct Golden: Decodable {
  var regex: String
  var cases: [Case]

  struct Case: Decodable {
    var text: String
    var ranges: [[Int]]

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      text = try container.decode(String.self)
      ranges = try container.decode([[Int]].self)
    }
  }

  static func load() throws -> [Golden] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appending(path: "Fixtures/patterns/goldens.jsonl"))
    return try data.split(separator: 10).map { try JSONDecoder().decode(Golden.self, from: $0) }
  }
}

func matches(_ pattern: Pattern, _ text: String) -> [[Int]] {
  var found: [[Int]] = []
  var copy = text
  copy.withUTF8 { bytes in
    pattern.forEachMatch(in: bytes) { if !$0.isEmpty { found.append([$0.lowerBound, $0.upperBound]) } }
  }
  return found
}

@Suite("Patterns against Oniguruma")
struct PatternGoldenTests {
  @Test func everyGoldenIsMatchedByBothEngines() throws {
    for golden in try Golden.load() {
      let general = try Pattern(generalRegex: golden.regex)
      let chosen = try Pattern(regex: golden.regex)
      for example in golden.cases {
        #expect(
          matches(general, example.text) == example.ranges,
          "\(golden.regex) on \(example.text.debugDescription)")
        #expect(
          matches(chosen, example.text) == example.ranges,
          "\(golden.regex) on \(example.text.debugDescription)")
      }
    }
  }
}
