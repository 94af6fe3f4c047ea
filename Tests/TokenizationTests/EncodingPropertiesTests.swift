import JSON
import Testing
import Tokenization

/// What holds for every text.
@Suite struct EncodingPropertiesTests {
  @Test func byteLevelTextsComeBack() throws {
    let tokenizer = try TokenizerFixtures.tokenizer("llama3")
    var generator = SplitMix(state: 1)
    for _ in 0..<150 {
      let text = randomText(&generator, length: 80)
      let ids = tokenizer.encode(text, addSpecialTokens: false)
      #expect(Array(tokenizer.decode(ids, skipSpecialTokens: false).utf8) == Array(text.utf8))
    }
  }

  @Test(arguments: ["llama3", "smollm2"])
  func piecesCoverTheText(name: String) throws {
    let tokenizer = try TokenizerFixtures.tokenizer(name)
    for text in ["Hello, <|im_end|>world! 🫠", "  a\n\n  b", "日本語のテキスト 123"] {
      let pieces = tokenizer.pieces(of: text)
      #expect(pieces.map(\.id) == tokenizer.encode(text, addSpecialTokens: false))
      var end = 0
      for piece in pieces {
        #expect(piece.range.lowerBound == end)
        end = piece.range.upperBound
      }
      #expect(end == text.utf8.count)
    }
  }

  @Test func piecesPointIntoTheOriginal() throws {
    let tokenizer = try TokenizerFixtures.tokenizer("minilm")
    let text = "Café NAÏVE"
    let parts = tokenizer.pieces(of: text).map { Array(text.utf8)[$0.range] }
    #expect(parts.map { String(decoding: $0, as: UTF8.self) } == ["Café", "NAÏVE"])
  }

  /// The fast merging, by scan and by heap, and the cutting at marks, against merging as it is defined.
  @Test func mergingIsAsDefined() throws {
    let ranks = ["a b", "ab a", "a a", "aa aa", "b ab", "▁ a", "▁a b", "ab ▁", "b b", "bb ▁a"]
    var vocabulary = ["a", "b", "▁"]
    for merge in ranks where !vocabulary.contains(merge.filter { $0 != " " }) {
      vocabulary.append(merge.filter { $0 != " " })
    }
    let json: JSON = [
      "model": [
        "type": "BPE",
        "vocab": .array(vocabulary.enumerated().map { [.string($0.element), .int($0.offset)] }),
        "merges": .array(ranks.map { .string($0) }),
      ]
    ]
    let tokenizer = try Tokenizer(json: json)
    var generator = SplitMix(state: 9)
    for length in [0, 1, 2, 5, 20, 47, 48, 49, 50, 90, 200] {
      for _ in 0..<8 {
        let text = (0..<length).map { _ in ["a", "b", "▁"][Int.random(in: 0..<3, using: &generator)] }
        let expected = merge(text, ranks).compactMap { vocabulary.firstIndex(of: $0) }
        #expect(tokenizer.encode(text.joined()) == expected, "\(text.joined())")
      }
    }
  }

  private func merge(_ text: [String], _ ranks: [String]) -> [String] {
    var symbols = text
    while let rank = ranks.first(where: { rank in
      zip(symbols, symbols.dropFirst()).contains { "\($0) \($1)" == rank }
    }) {
      let place = symbols.indices.dropLast().first { "\(symbols[$0]) \(symbols[$0 + 1])" == rank } ?? 0
      symbols.replaceSubrange(place...place + 1, with: [symbols[place] + symbols[place + 1]])
    }
    return symbols
  }

  @Test(arguments: ["smollm2", "llama3", "mistral-v1", "minilm", "unigram"])
  func longTextsOfOneKindEnd(name: String) throws {
    let tokenizer = try TokenizerFixtures.tokenizer(name)
    for character in ["a", " ", "\u{301}", "<", "\n"] {
      #expect(tokenizer.encode(String(repeating: character, count: 4_000)).count <= 16_000)
    }
  }

  @Test func manyThreadsAgree() async throws {
    let tokenizer = try TokenizerFixtures.tokenizer("smollm2")
    let texts = try TokenizerFixtures.lines("cases/smollm2.jsonl").suffix(60).compactMap {
      $0["text"]?.string
    }
    let expected = texts.map { tokenizer.encode($0) }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 { group.addTask { texts.map { tokenizer.encode($0) } == expected } }
      for await agrees in group { #expect(agrees) }
    }
  }

  private func randomText(_ generator: inout SplitMix, length: Int) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...length, using: &generator) {
      let limit: UInt32 = [0x80, 0x80, 0x250, 0x3000, 0x20000].randomElement(using: &generator) ?? 0x80
      if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) { text.append(scalar) }
    }
    return String(text)
  }
}
