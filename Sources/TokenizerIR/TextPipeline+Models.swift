import JSON

extension TextPipeline {
  /// The model: begins and ends of each text's ids, and the ids.
  mutating func tokenize(_ tokenizer: TokenizerDescription) throws(TokenizerIRError) -> [IRDocument.Output] {
    let kinds: [IRDocument.Kind] = [(.i32, 1), (.i32, 1), (.i32, 1)]
    switch tokenizer.modelType {
    case "BPE":
      if let prefix = tokenizer.model["continuing_subword_prefix"]?.string, !prefix.isEmpty {
        throw .unsupported(
          "a BPE model with a prefix for the pieces inside of words has no operation in the tokenizer IR")
      }
      if !tokenizer.isByteLevel, !(tokenizer.model["byte_fallback"]?.bool ?? false) {
        differences.append("a character that no token covers gives an unknown token for each of its bytes")
      }
      if tokenizer.model["byte_fallback"]?.bool ?? false {
        // The operation would take the text <0x41> for the token of that byte: cut it in two.
        split("<(?=0x[0-9A-Fa-f]{2}>)", "mergedwithprevious")
      }
      let inputs = ragged + strings + (try bpeTables(tokenizer))
      return document.add("BPETokenizer", bpeAttributes(tokenizer), inputs, kinds)
    case "Unigram": return unigram(tokenizer, kinds)
    case "WordPiece":
      let unknownText = tokenizer.model["unk_token"]?.string ?? "[UNK]"
      let unknown = tokenizer.tokens.firstIndex { $0.map { Array($0.utf8) } == Array(unknownText.utf8) } ?? 0
      let most = tokenizer.model["max_input_chars_per_word"]?.int ?? 100
      differences.append("words are limited to \(most) bytes instead of \(most) characters")
      let tables =
        document.strings(tokenizer.tokens.map { Array(($0 ?? "").utf8) }) + [document.long(unknown)]
      return document.add(
        "WordpieceTokenizer",
        [
          ("suffix_indicator", tokenizer.model["continuing_subword_prefix"]?.string ?? "##"),
          ("max_bytes_per_word", String(most)),
        ], ragged + strings + tables, kinds)
    default: throw .unsupported("the model \(tokenizer.modelType) has no operation in the tokenizer IR")
    }
  }

  private mutating func unigram(
    _ tokenizer: TokenizerDescription, _ kinds: [IRDocument.Kind]
  ) -> [IRDocument.Output] {
    // The operation adds in 32 bits. Multiples of 2^-16 add without rounding, so that equal sums stay equal.
    let scores = (tokenizer.model["vocab"]?.array ?? []).map {
      Float((($0[1]?.double ?? 0) * 65536).rounded() / 65536)
    }
    let hasBytes = tokenizer.model["byte_fallback"]?.bool ?? false
    if hasBytes {
      differences.append("characters that no token covers give the unknown token where bytes were meant")
    }
    let tables = document.strings(tokenizer.tokens.map { Array(($0 ?? "").utf8) }) + [document.floats(scores)]
    return document.add(
      "UnigramTokenizer",
      [
        ("byte_fallback", hasBytes ? "true" : "false"),
        ("unk_token_id", String(tokenizer.model["unk_id"]?.int ?? -1)), ("fuse_unk", "true"),
        ("min_score", String(scores.min() ?? 0)),
      ], ragged + strings + tables, kinds)
  }

  private func bpeAttributes(_ tokenizer: TokenizerDescription) -> [(String, String)] {
    let model = tokenizer.model
    func flag(_ key: String) -> String { model[key]?.bool ?? false ? "true" : "false" }
    return [
      ("unk_token", model["unk_token"]?.string ?? ""), ("fuse_unk", flag("fuse_unk")),
      ("suffix_indicator", model["continuing_subword_prefix"]?.string ?? ""),
      ("end_suffix", model["end_of_word_suffix"]?.string ?? ""), ("byte_fallback", flag("byte_fallback")),
      ("cache_capacity", String(max(20_000, tokenizer.tokens.count / 5))),
    ]
  }

  /// Vocabulary, left and right parts of the merges, added tokens and their ids.
  private mutating func bpeTables(
    _ tokenizer: TokenizerDescription
  ) throws(TokenizerIRError) -> [IRDocument.Output] {
    var left: [[UInt8]] = []
    var right: [[UInt8]] = []
    for merge in tokenizer.model["merges"]?.array ?? [] {
      let parts: [String]
      if let text = merge.string {
        parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      } else {
        parts = (merge.array ?? []).compactMap(\.string)
      }
      guard parts.count == 2 else { throw .malformed("a merge is not two tokens") }
      left.append(tokenizer.bytes(parts[0]))
      right.append(tokenizer.bytes(parts[1]))
    }
    let added = tokenizer.added
    let vocabulary = document.strings(tokenizer.tokens.map { $0.map { tokenizer.bytes($0) } ?? [] })
    var tables = vocabulary + document.strings(left) + document.strings(right)
    if !added.isEmpty {
      tables += document.strings(added.map { Array($0.content.utf8) })
      tables.append(document.integers(added.map(\.id)))
    }
    return tables
  }
}
