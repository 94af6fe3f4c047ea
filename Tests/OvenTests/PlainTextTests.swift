import Foundation
import Testing
import oven

@Suite("Text of files and of stdin")
struct PlainTextTests {
  private let words = "Grüße, 世界 👋🏽\n"

  private func bytes(_ encoding: String.Encoding) throws -> [UInt8] {
    Array(try #require(words.data(using: encoding)))
  }

  @Test func encodingsThatSayWhatTheyAre() throws {
    #expect(try PlainText(Array(words.utf8)) == PlainText(Array(words.utf8)))
    #expect(try PlainText(Array(words.utf8)).note == nil)
    let marked = try PlainText([0xEF, 0xBB, 0xBF] + Array(words.utf8))
    #expect(marked.text == words && marked.note?.contains("byte-order mark") == true)
    for (mark, encoding) in [
      ([0xFF, 0xFE], String.Encoding.utf16LittleEndian), ([0xFE, 0xFF], .utf16BigEndian),
    ] {
      let wide = try PlainText(mark.map(UInt8.init) + bytes(encoding))
      #expect(wide.text == words && wide.note?.contains("UTF-16") == true)
    }
    #expect(try PlainText([]).text.isEmpty)
  }

  @Test func whatIsNoTextIsSaid() throws {
    func reason(_ bytes: [UInt8]) -> String {
      do {
        return "read as \(try PlainText(bytes).text)"
      } catch {
        return error.reason
      }
    }
    #expect(reason(Array("caf\u{E9}".unicodeScalars.map { UInt8($0.value) })).contains("0xE9 at 3"))
    #expect(try reason(bytes(.utf16LittleEndian)).contains("UTF-16"))
    #expect(reason([0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0]).contains("zero byte at 7"))
    #expect(reason([0xFF, 0xFE, 0x00, 0xD8]).contains("UTF-16"))
    #expect(reason([0xF0, 0x9F, 0x91]).contains("at 0"))
  }
}
