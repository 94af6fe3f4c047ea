import JSON
import Testing
import Tokenization

/// A stream of any tokenizer says exactly what decoding the whole says, in whole characters, as early as it
/// can.
@Suite struct DecodeStreamTests {
  @Test func partsAddUpToTheWhole() throws {
    var generator = SplitMix(state: 42)
    for line in try TokenizerFixtures.lines("components.jsonl") {
      let tokenizer = try Tokenizer(contentsOf: Array(try #require(line["tokenizer"]).serialized().utf8))
      let size = tokenizer.vocabularySize
      for _ in 0..<8 {
        let ids = (0..<Int.random(in: 0...15, using: &generator)).map { _ in
          Int.random(in: 0..<size, using: &generator)
        }
        check(tokenizer, ids, line["name"]?.string ?? "?")
      }
    }
  }

  @Test(arguments: ["smollm2", "mistral-v1", "minilm"])
  func partsOfTextsAddUp(name: String) throws {
    let tokenizer = try TokenizerFixtures.tokenizer(name)
    for json in try TokenizerFixtures.lines("cases/\(name).jsonl").suffix(40) {
      check(tokenizer, try TokenizerCase(json).ids, name)
    }
  }

  private func check(_ tokenizer: Tokenizer, _ ids: [Int], _ name: String) {
    for skips in [true, false] {
      var stream = tokenizer.makeStream(skipSpecialTokens: skips)
      var text: [UInt8] = []
      for id in ids { text += Array(stream.append(id).utf8) }
      text += Array(stream.finish().utf8)
      let whole = tokenizer.decode(ids, skipSpecialTokens: skips)
      #expect(text == Array(whole.utf8), "\(name): \(ids)")
    }
  }

  @Test func textAppearsAtOnce() throws {
    let tokenizer = try TokenizerFixtures.tokenizer("smollm2")
    var stream = tokenizer.makeStream()
    let ids = tokenizer.encode("The capital of France is Paris.")
    #expect(ids.map { stream.append($0) } == ["The", " capital", " of", " France", " is", " Paris", "."])
    #expect(stream.finish() == "")
  }

  @Test func charactersStayWhole() throws {
    let tokenizer = try TokenizerFixtures.tokenizer("mistral-v1")
    var stream = tokenizer.makeStream()
    // A leading space that is stripped, then the four bytes of an emoji that has no token, then a letter.
    let bytes = try ["<0xF0>", "<0x9F>", "<0xAB>", "<0xA0>"].map { try #require(tokenizer.id(of: $0)) }
    let letter = try #require(tokenizer.id(of: "▁a"))
    #expect(([letter] + bytes).map { stream.append($0) } == ["a", "", "", "", ""])
    #expect(stream.append(letter) == "🫠 a")
  }

  @Test func brokenCharactersAreReplacedAtTheEnd() throws {
    let tokenizer = try TokenizerFixtures.tokenizer("smollm2")
    let ids = tokenizer.encode("🫠", addSpecialTokens: false).dropLast()
    var stream = tokenizer.makeStream()
    #expect(ids.map { stream.append($0) }.joined() == "")
    #expect(stream.finish() == "\u{FFFD}")
  }

  @Test func goesOnAfterAPrompt() throws {
    let tokenizer = try TokenizerFixtures.tokenizer("mistral-v1")
    let ids = tokenizer.encode("Hello world", addSpecialTokens: false)
    var fresh = tokenizer.makeStream()
    #expect(fresh.append(ids[1]) == "world")
    var going = tokenizer.makeStream(prompt: [ids[0]])
    #expect(going.append(ids[1]) == " world")
  }
}

/// A small random number generator that is the same everywhere (SplitMix64, Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
