import Foundation
import JSON
import Synchronization
import Testing
import Tokenization

/// Where the fixtures are, and the cases in them.
enum TokenizerFixtures {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/tokenizers")

  static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent(path)))
  }

  /// The tokenizer in a folder of the fixtures, read once.
  static func tokenizer(_ name: String) throws -> Tokenizer {
    try read.withLock { read in
      if let known = read[name] { return known }
      let tokenizer = try Tokenizer(contentsOf: bytes("\(name)/tokenizer.json"))
      read[name] = tokenizer
      return tokenizer
    }
  }

  private static let read = Mutex<[String: Tokenizer]>([:])

  /// The JSON values of a file with one a line.
  static func lines(_ path: String) throws -> [JSON] {
    try bytes(path).split(separator: UInt8(ascii: "\n")).map { try JSON(parsing: $0) }
  }
}

/// A text and what Hugging Face's tokenizers 0.22 make of it.
struct TokenizerCase {
  var text: String
  var ids: [Int]
  var idsWithSpecial: [Int]
  var decoded: String
  var decodedWithoutSpecial: String

  init(_ json: JSON) throws {
    text = try #require(json["text"]?.string)
    ids = try #require(json["ids"]?.array).compactMap(\.int)
    idsWithSpecial = try #require(json["ids_special"]?.array).compactMap(\.int)
    decoded = try #require(json["decoded"]?.string)
    decodedWithoutSpecial = try #require(json["decoded_skip"]?.string)
  }

  /// Checks every expectation. Texts are compared byte by byte: `String` takes different bytes for equal.
  func check(_ tokenizer: Tokenizer, _ name: String) {
    let ids = tokenizer.encode(text, addSpecialTokens: false)
    #expect(ids == self.ids, "\(name): \(text.debugDescription)")
    #expect(tokenizer.encode(text) == idsWithSpecial, "\(name): \(text.debugDescription)")
    let decoded = tokenizer.decode(self.ids, skipSpecialTokens: false)
    #expect(Array(decoded.utf8) == Array(self.decoded.utf8), "\(name): decoding \(text.debugDescription)")
    let skipped = tokenizer.decode(self.ids)
    #expect(
      Array(skipped.utf8) == Array(decodedWithoutSpecial.utf8), "\(name): decoding \(text.debugDescription)")
  }
}
