import Patterns
import Testing

/// A small generator with a fixed seed (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

enum RandomText {
  static let pieces: [String] = [
    "a", "b", "Z", "hello", "World", "HTTPServer", "'s", "'S", "'ll", "'LL", "'re", "'Ve", "'d", "'",
    "'\u{17F}",
    "\u{17F}", "\u{212A}", " ", " ", "  ", "     ", "\n", "\r\n", "\r", "\t", "\u{A0}", "\u{3000}", "\u{85}",
    "1", "23",
    "4567890", "\u{BD}", "\u{661}", "\u{2167}", ".", ",", "!?", "...", "/", "//\n", "_", "-", "<|", "$", "+=",
    "\u{AB}",
    "\u{E9}", "e\u{301}", "\u{301}", "\u{903}", "\u{20DD}", "\u{1C4}", "\u{1C5}", "\u{2B0}",
    "\u{6F22}\u{5B57}",
    "\u{3072}\u{3089}", "\u{30AB}\u{30CA}", "\u{D55C}", "\u{41F}\u{440}\u{438}", "\u{3B1}\u{3A9}",
    "\u{627}\u{644}",
    "\u{E44}\u{E17}\u{E22}", "\u{1F600}", "\u{200D}", "\u{200B}", "\u{FEFF}", "\u{FFFD}", "\0", "\u{7F}",
    "\u{1D4B3}",
    "\u{10400}", "\u{FF21}", "\u{FF5E}", "\u{3002}", "\u{4E00}", "\u{9FA5}", "\u{9FA6}", "\u{800}",
    "\u{D7FF}",
  ]

  static func make(_ generator: inout SeededGenerator, pieces count: Int) -> String {
    var text = ""
    for _ in 0..<count {
      if Int.random(in: 0..<12, using: &generator) == 0 {
        let value = UInt32.random(in: 0..<0x11_0000, using: &generator)
        text.unicodeScalars.append(Unicode.Scalar(value) ?? "x")
      } else {
        text += pieces.randomElement(using: &generator) ?? ""
      }
    }
    return text
  }
}

@Suite("Hand-written scanners")
struct ScannerTests {
  static let known: [String] = [
    KnownPatterns.gpt2, KnownPatterns.llama3, KnownPatterns.qwen2, KnownPatterns.o200k, KnownPatterns.tekken,
    KnownPatterns.deepseekV3, KnownPatterns.upToThreeDigits, KnownPatterns.deepseekCJK, KnownPatterns.newline,
    KnownPatterns.spaceLetters, KnownPatterns.spacePunctuation, KnownPatterns.deepseekLetters,
    KnownPatterns.deepseekPunctuation, KnownPatterns.deepseekLLMCJK,
  ]

  @Test(arguments: known)
  func equalTheGeneralEngineOnRandomText(_ regex: String) throws {
    let scanner = try Pattern(regex: regex)
    let general = try Pattern(generalRegex: regex)
    #expect(scanner.isHandWritten)
    var generator = SeededGenerator(state: 7)
    for round in 0..<100 {
      let text = RandomText.make(&generator, pieces: 1 + round % 24)
      let expected = matches(general, text)
      #expect(matches(scanner, text) == expected, "\(regex) on \(text.debugDescription)")
    }
  }

  @Test(arguments: known)
  func equalTheGeneralEngineOnInvalidBytes(_ regex: String) throws {
    let scanner = try Pattern(regex: regex)
    let general = try Pattern(generalRegex: regex)
    var generator = SeededGenerator(state: 11)
    for _ in 0..<100 {
      let bytes = (0..<40).map { _ in UInt8.random(in: 0...255, using: &generator) }
      bytes.withUnsafeBufferPointer { buffer in
        var first: [Range<Int>] = []
        var second: [Range<Int>] = []
        scanner.forEachMatch(in: buffer) { first.append($0) }
        general.forEachMatch(in: buffer) { second.append($0) }
        #expect(first == second)
      }
    }
  }

  @Test func firstMatchContinuesFromAnOffset() throws {
    for pattern in [try Pattern(regex: KnownPatterns.gpt2), try Pattern(generalRegex: KnownPatterns.gpt2)] {
      let text = Array("Hello world  2".utf8)
      text.withUnsafeBufferPointer { bytes in
        #expect(pattern.firstMatch(in: bytes, from: 0) == 0..<5)
        #expect(pattern.firstMatch(in: bytes, from: 5) == 5..<11)
        #expect(pattern.firstMatch(in: bytes, from: 11) == 11..<12)
        #expect(pattern.firstMatch(in: bytes, from: 14) == nil)
        #expect(pattern.firstMatch(in: bytes, from: 15) == nil)
      }
    }
  }
}
