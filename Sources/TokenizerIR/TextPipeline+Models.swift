import IRFormat
import Tokenization

extension TextPipeline {
  /// The model: begins and ends of each text's ids, and the ids.
  mutating func tokenize(_ vocabulary: LoweredVocabulary) throws(TokenizerIRError) -> [IRBuilder.Output] {
    switch vocabulary.definition.model {
    case .bpe(let model): try tokenize(model, vocabulary)
    case .unigram(let model): tokenize(model, vocabulary)
    case .wordPiece(let model): tokenize(model, vocabulary)
    case .wordLevel: throw .unsupported("the model WordLevel has no operation in the tokenizer IR")
    }
  }

  private var kinds: [IRBuilder.Kind] { [(.i32, 1), (.i32, 1), (.i32, 1)] }

  private mutating func tokenize(
    _ model: BPE, _ vocabulary: LoweredVocabulary
  ) throws(TokenizerIRError) -> [IRBuilder.Output] {
    if !model.continuingPrefix.isEmpty {
      throw .unsupported(
        "a BPE model with a prefix for the pieces inside of words has no operation in the tokenizer IR")
    }
    if !vocabulary.isByteLevel, !model.fallsBackToBytes {
      differences.append("a character that no token covers gives an unknown token for each of its bytes")
    }
    if model.fallsBackToBytes {
      // The operation would take the text <0x41> for the token of that byte: cut it in two.
      split("<(?=0x[0-9A-Fa-f]{2}>)", "mergedwithprevious")
    }
    func flag(_ value: Bool) -> String { value ? "true" : "false" }
    let attributes = [
      ("unk_token", model.unknownToken ?? ""), ("fuse_unk", flag(model.fusesUnknown)),
      ("suffix_indicator", ""),
      ("end_suffix", model.endOfWordSuffix), ("byte_fallback", flag(model.fallsBackToBytes)),
      ("cache_capacity", String(max(20_000, vocabulary.tokens.count / 5))),
    ]
    return document.add("BPETokenizer", attributes, ragged + strings + tables(model, vocabulary), kinds)
  }

  /// Vocabulary, left and right parts of the merges, added tokens and their ids.
  private mutating func tables(_ model: BPE, _ vocabulary: LoweredVocabulary) -> [IRBuilder.Output] {
    var parts: [[[UInt8]]] = [[], []]
    let unseen = vocabulary.unseenTokens
    for index in stride(from: 0, to: model.merges.count - 1, by: 2) {
      let (left, right) = (vocabulary.bytes(model.merges[index]), vocabulary.bytes(model.merges[index + 1]))
      if !unseen.isEmpty, unseen.contains(left + right) { continue }
      parts[0].append(left)
      parts[1].append(right)
    }
    var tables = document.strings(vocabulary.tokens.map { vocabulary.bytes($0) })
    tables += document.strings(parts[0]) + document.strings(parts[1])
    if !vocabulary.added.isEmpty {
      tables += document.strings(vocabulary.added.map { Array($0.content.utf8) })
      tables.append(document.integers(vocabulary.added.map(\.id)))
    }
    return tables
  }

  private mutating func tokenize(_ model: Unigram, _ vocabulary: LoweredVocabulary) -> [IRBuilder.Output] {
    // The operation adds in 32 bits. Multiples of 2^-16 add without rounding, so that equal sums stay equal.
    let scores = model.scores.map { Float(($0 * 65536).rounded() / 65536) }
    if model.fallsBackToBytes {
      differences.append("characters that no token covers give the unknown token where bytes were meant")
    }
    let tables = document.strings(vocabulary.tokens) + [document.floats(scores)]
    return document.add(
      "UnigramTokenizer",
      [
        ("byte_fallback", model.fallsBackToBytes ? "true" : "false"),
        ("unk_token_id", String(model.unknownID ?? -1)), ("fuse_unk", "true"),
        ("min_score", String(scores.min() ?? 0)),
      ], ragged + strings + tables, kinds)
  }

  private mutating func tokenize(_ model: WordPiece, _ vocabulary: LoweredVocabulary) -> [IRBuilder.Output] {
    let unknown = model.vocabulary.id(of: model.unknownToken.utf8).map(Int.init) ?? 0
    let most = model.maximumCharacters
    differences.append("words are limited to \(most) bytes instead of \(most) characters")
    let tables = document.strings(vocabulary.tokens) + [document.long(unknown)]
    return document.add(
      "WordpieceTokenizer",
      [("suffix_indicator", model.continuingPrefix), ("max_bytes_per_word", String(most))],
      ragged + strings + tables, kinds)
  }
}
