import Foundation
import Generation
import Grammars
import JSON
import Testing

/// MaskBench's schemas and the JSON-Schema-Test-Suite, from the folder beside the project. Neither is copied here.
@Suite struct SchemaSuiteTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/fixtures/jsonschema")

  struct Outcome {
    var schemas = 0, passed = 0, refused = 0
    var wronglyAccepted: [String] = []
    var wronglyRefused = 0
  }

  static func judge(_ file: String) throws -> Outcome {
    var outcome = Outcome()
    for line in try String(contentsOf: folder.appending(path: file), encoding: .utf8).split(separator: "\n") {
      let json = try JSON(parsing: String(line))
      let schema = try #require(json["schema"])
      outcome.schemas += 1
      let compiler = GrammarCompiler(vocabulary: .bytes, endTokens: [GrammarVocabulary.endOfBytes])
      guard let matcher = try? compiler.compile(OutputConstraint(.jsonSchema(schema.serialized()))) else {
        outcome.refused += 1
        continue
      }
      var isRight = true
      for test in json["tests"]?.array ?? [] {
        let data = try #require(test["data"]).serialized()
        let isValid = test["valid"]?.bool == true
        if matcher.takes(data) != isValid {
          isRight = false
          if isValid {
            outcome.wronglyRefused += 1
          } else {
            outcome.wronglyAccepted.append(
              "\(json["name"] ?? json["description"] ?? "")\t\(data.prefix(200))")
          }
        }
      }
      if isRight { outcome.passed += 1 }
    }
    return outcome
  }

  static let isThere = FileManager.default.fileExists(atPath: folder.path)

  @Test(.enabled(if: isThere, "../shared/fixtures/jsonschema is not on this machine"))
  func maskBench() throws {
    let outcome = try Self.judge("maskbench-sample.jsonl")
    #expect(outcome.wronglyAccepted == [])
    #expect(outcome.schemas == 888)
    #expect(outcome.passed >= 810)
  }

  @Test(.enabled(if: isThere, "../shared/fixtures/jsonschema is not on this machine"))
  func testSuite() throws {
    let outcome = try Self.judge("test-suite-2020-12.jsonl")
    #expect(outcome.wronglyAccepted == [])
    #expect(outcome.passed >= 255)
  }
}

extension GrammarVocabulary {
  /// One token a byte, and an end token.
  static let bytes = GrammarVocabulary((0..<256).map { .bytes([UInt8($0)]) } + [.special("<end>")])
  static let endOfBytes = 256
}

extension GrammarMatcher {
  /// Whether a whole text belongs to the grammar, byte by byte.
  func takes(_ text: String) -> Bool {
    var matcher = self
    return text.utf8.allSatisfy { matcher.accept(Int($0)) } && matcher.mayEnd
  }
}
