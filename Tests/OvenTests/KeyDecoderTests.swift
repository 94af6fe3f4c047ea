import Testing
import oven

@Suite("Key decoder")
struct KeyDecoderTests {
  private func keys(_ text: String) -> [Key] {
    var decoder = KeyDecoder()
    return decoder.decode(text.utf8)
  }

  @Test func sequences() {
    #expect(
      keys("\u{1B}[A\u{1B}[B\u{1B}[C\u{1B}[D\u{1B}OH\u{1B}[F") == [.up, .down, .right, .left, .home, .end])
    #expect(keys("\u{1B}[3~\u{1B}[1~\u{1B}[4~") == [.delete, .home, .end])
    #expect(keys("\u{1B}[1;5C\u{1B}b") == [.wordRight, .wordLeft])
    #expect(keys("a\r\u{1B}\r\u{7F}\u{1}") == [.text("a"), .enter, .newline, .backspace, .control("a")])
  }

  @Test func unknownSequencesAreSilent() {
    #expect(keys("\u{1B}[15~x\u{1B}[?1;2c") == [.text("x")])
  }

  @Test(arguments: ["grüße 日本 👨‍👩‍👧‍👦", "\u{1B}[3~é\u{1B}[200~eins\r\nzwei\u{1B}[201~ende"])
  func bytesArriveOneByOne(_ text: String) {
    var decoder = KeyDecoder()
    let single = text.utf8.flatMap { decoder.decode([$0]) }
    #expect(Self.joined(single) == Self.joined(keys(text)))
  }

  @Test func aPasteIsOneKey() {
    #expect(
      keys("\u{1B}[200~one\rtwo\u{3}\u{1B}[A\u{1B}[201~!") == [.paste("one\ntwo\u{3}\u{1B}[A"), .text("!")])
  }

  @Test func aLoneEscapeComesWithThePause() {
    var decoder = KeyDecoder()
    #expect(decoder.decode([0x1B]).isEmpty)
    #expect(decoder.isWaiting)
    #expect(decoder.flush() == [.escape])
    #expect(!decoder.isWaiting)
  }

  @Test func anyBytesAreSurvived() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var decoder = KeyDecoder()
      _ = decoder.decode((0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) })
      _ = decoder.flush()
    }
  }

  /// Text that came in pieces, in one.
  private static func joined(_ keys: [Key]) -> [Key] {
    keys.reduce(into: []) { result, key in
      if case .text(let new) = key, case .text(let old)? = result.last {
        result[result.count - 1] = .text(old + new)
      } else {
        result.append(key)
      }
    }
  }
}
