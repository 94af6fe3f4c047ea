import Text

/// Byte-pair encoding: the pair of adjacent tokens that was learned first is merged, until none is left.
package struct BPE: Sendable {
  package let vocabulary: Vocabulary
  /// Stands for characters that are not in the vocabulary; without it they are left out.
  package var unknownToken: String?
  /// Put before every character of a word but the first.
  package var continuingPrefix: String
  /// Put after the last character of a word.
  package var endOfWordSuffix: String
  /// Adjacent unknown characters make one unknown token.
  package var fusesUnknown: Bool
  /// Characters that are not in the vocabulary are written as `<0x..>` tokens, a byte each.
  package var fallsBackToBytes: Bool
  /// A word that is in the vocabulary is one token, whatever the merges say.
  package var ignoresMerges: Bool
  /// The left and right halves of the merges by rank, one after the other.
  package let merges: ByteStrings

  let pairs: MergeTable
  private let unknown: UInt32?
  private let byteTokens: [UInt32?]
  private let boundaries: WordBoundaries?
  /// Set when pieces come as raw bytes, although the vocabulary is written in `ByteAlphabet`.
  private var rawBytes: RawByteVocabulary?

  init(_ component: ComponentJSON, _ tables: ModelTables) throws(TokenizerError) {
    vocabulary = try tables.vocabulary()
    unknownToken = try component.optionalString("unk_token")
    continuingPrefix = try component.optionalString("continuing_subword_prefix") ?? ""
    endOfWordSuffix = try component.optionalString("end_of_word_suffix") ?? ""
    fusesUnknown = try component.bool("fuse_unk", default: false)
    fallsBackToBytes = try component.bool("byte_fallback", default: false)
    ignoresMerges = try component.bool("ignore_merges", default: false)
    guard tables.hasMerges else { throw component.malformed("merges", expected: "a list") }
    merges = tables.merges
    pairs = try MergeTable(merges, vocabulary, prefixLength: continuingPrefix.utf8.count)
    if let name = unknownToken, let id = vocabulary.id(of: name.utf8) {
      unknown = UInt32(id)
    } else {
      unknown = nil
    }
    byteTokens = fallsBackToBytes ? ByteTokens.ids(in: vocabulary) : []
    let isPlain = continuingPrefix.isEmpty && endOfWordSuffix.isEmpty && !ignoresMerges
    boundaries = isPlain ? WordBoundaries(vocabulary) : nil
  }

  /// Whether pieces may be given as raw bytes instead of in the byte alphabet, to the same effect.
  var canReadRawBytes: Bool { continuingPrefix.isEmpty && endOfWordSuffix.isEmpty && !fallsBackToBytes }

  /// Prepares for pieces that are raw bytes.
  mutating func readRawBytes() { rawBytes = RawByteVocabulary(vocabulary, wholeWords: ignoresMerges) }

  /// The pieces, cut further where that has no effect on the tokens.
  func cut(_ text: UnsafeBufferPointer<UInt8>, _ pieces: [Range<Int>]) -> [Range<Int>] {
    guard let boundaries, rawBytes == nil else { return pieces }
    return boundaries.cut(text, pieces)
  }

  /// Appends the tokens of a piece.
  func encode(_ piece: UnsafeBufferPointer<UInt8>, _ scratch: Scratch, into sink: inout TokenSink) {
    if ignoresMerges, let id = rawBytes?.id(of: piece) ?? (rawBytes == nil ? vocabulary.id(of: piece) : nil) {
      return sink.append(UInt32(id), length: piece.count)
    }
    let symbols = scratch.symbols
    symbols.removeAll()
    if let rawBytes {
      readBytes(piece, rawBytes, into: symbols)
    } else {
      readScalars(piece, into: symbols)
    }
    symbols.merge(with: pairs)
    symbols.append(to: &sink)
  }

  private func readBytes(
    _ piece: UnsafeBufferPointer<UInt8>, _ rawBytes: RawByteVocabulary, into symbols: SymbolList
  ) {
    var pending = 0
    for byte in piece {
      let id = rawBytes.single.pointer[Int(byte)]
      if id != RawByteVocabulary.none {
        flush(&pending, into: symbols)
        symbols.append(id, length: 1)
      } else {
        addUnknown(length: 1, &pending, into: symbols)
      }
    }
    flush(&pending, into: symbols)
  }

  private func readScalars(_ piece: UnsafeBufferPointer<UInt8>, into symbols: SymbolList) {
    var pending = 0
    let decorates = !continuingPrefix.isEmpty || !endOfWordSuffix.isEmpty
    piece.forEachScalar { _, range in
      if !decorates {
        readSymbol(piece.slice(range), length: range.count, &pending, into: symbols)
      } else {
        var symbol = range.lowerBound == 0 ? [] : Array(continuingPrefix.utf8)
        symbol += piece[range]
        if range.upperBound == piece.count { symbol += endOfWordSuffix.utf8 }
        symbol.withUnsafeBufferPointer { readSymbol($0, length: range.count, &pending, into: symbols) }
      }
    }
    flush(&pending, into: symbols)
  }

  private func readSymbol(
    _ symbol: UnsafeBufferPointer<UInt8>, length: Int, _ pending: inout Int, into symbols: SymbolList
  ) {
    if let id = vocabulary.id(of: symbol) {
      flush(&pending, into: symbols)
      symbols.append(UInt32(id), length: length)
    } else if fallsBackToBytes, symbol.allSatisfy({ byteTokens[Int($0)] != nil }) {
      // Unknown characters before these bytes stay pending, as in the reference: they come after the bytes.
      for byte in symbol { symbols.append(byteTokens[Int(byte)] ?? 0, length: 1) }
    } else {
      addUnknown(length: length, &pending, into: symbols)
    }
  }

  private func addUnknown(length: Int, _ pending: inout Int, into symbols: SymbolList) {
    guard unknown != nil else { return }
    if !fusesUnknown { flush(&pending, into: symbols) }
    pending += length
  }

  private func flush(_ pending: inout Int, into symbols: SymbolList) {
    guard pending > 0, let unknown else { return }
    symbols.append(unknown, length: pending)
    pending = 0
  }
}
