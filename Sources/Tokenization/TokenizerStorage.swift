import Text

/// What all copies of a tokenizer share.
final class TokenizerStorage: Sendable {
  let definition: TokenizerDefinition
  let specialIDs: Set<Int>
  let vocabularySize: Int

  private let plainTokens: AddedTokenMatcher
  private let normalizedTokens: AddedTokenMatcher
  private let addedContents: [Int: [UInt8]]
  private let addedIDs: [[UInt8]: Int]
  private let frame: [Int?]
  private let tracksOrigins: Bool
  private let pool = ScratchPool()

  init(_ definition: TokenizerDefinition) {
    self.definition = definition
    var plain: [AddedTokenMatcher.Entry] = []
    var normalized: [AddedTokenMatcher.Entry] = []
    var contents: [Int: [UInt8]] = [:]
    var ids: [[UInt8]: Int] = [:]
    let added = definition.added.tokens
    for token in added {
      let content = Array(token.content.utf8)
      contents[token.id] = content
      ids[content] = token.id
    }
    for form in definition.added.forms {
      let token = added[form.index]
      if form.isNormalized {
        var text = NormalizedText(token.content)
        definition.normalizer?.apply(to: &text)
        normalized.append(.init(token: token, id: token.id, pattern: text.bytes))
      } else {
        plain.append(.init(token: token, id: token.id, pattern: Array(token.content.utf8)))
      }
    }
    plainTokens = AddedTokenMatcher(plain)
    normalizedTokens = AddedTokenMatcher(normalized)
    addedContents = contents
    addedIDs = ids
    specialIDs = Set(added.lazy.filter(\.isSpecial).map(\.id))
    let vocabulary = definition.model.vocabulary
    vocabularySize = vocabulary.count + contents.keys.count { vocabulary.token(of: $0) == nil }
    frame = definition.frame
    tracksOrigins = definition.normalizer != nil && definition.preTokenizer?.needsOrigins ?? false
  }

  func token(of id: Int) -> ArraySlice<UInt8>? {
    if let content = addedContents[id] { return content[...] }
    return definition.model.vocabulary.token(of: id)
  }

  func id(of token: [UInt8]) -> Int? {
    addedIDs[token] ?? definition.model.vocabulary.id(of: token).map(Int.init)
  }

  /// The ids with the tokens around them that the model expects.
  func frame(_ ids: [Int]) -> [Int] {
    if frame.count == 1 { return ids }
    return frame.flatMap { $0.map { [$0] } ?? ids }
  }

  /// The tokens of a text, and on request their places.
  func encode(
    _ text: UnsafeBufferPointer<UInt8>, recordsPieces: Bool
  ) -> (ids: [Int], pieces: [TokenPiece]) {
    pool.withScratch { scratch in
      var encoding = Encoding(storage: self, scratch: scratch, recordsPieces: recordsPieces)
      encoding.sink.ids.reserveCapacity(text.count / 4)
      for segment in plainTokens.segments(of: text) {
        if let id = segment.id {
          encoding.append(id, segment.range)
        } else {
          encoding.encodeSegment(text.slice(segment.range), base: segment.range.lowerBound)
        }
      }
      return (encoding.sink.ids, encoding.pieces)
    }
  }

  /// One text being encoded.
  private struct Encoding {
    let storage: TokenizerStorage
    let scratch: Scratch
    let recordsPieces: Bool
    var sink: TokenSink
    var pieces: [TokenPiece] = []

    init(storage: TokenizerStorage, scratch: Scratch, recordsPieces: Bool) {
      self.storage = storage
      self.scratch = scratch
      self.recordsPieces = recordsPieces
      sink = TokenSink(recordsLengths: recordsPieces)
    }

    mutating func append(_ id: Int, _ range: Range<Int>) {
      sink.append(UInt32(truncatingIfNeeded: id), length: range.count)
      if recordsPieces { pieces.append(TokenPiece(id: id, range: range)) }
    }

    mutating func encodeSegment(_ segment: UnsafeBufferPointer<UInt8>, base: Int) {
      var text = NormalizedText(segment, base: base, tracksOrigins: recordsPieces || storage.tracksOrigins)
      storage.definition.normalizer?.apply(to: &text)
      if storage.normalizedTokens.isEmpty { return encodeNormalized(text) }
      let parts = text.bytes.withUnsafeBufferPointer { storage.normalizedTokens.segments(of: $0) }
      for part in parts {
        if let id = part.id {
          append(id, text.origin(of: part.range))
        } else {
          encodeNormalized(part.range.count == text.bytes.count ? text : text[part.range])
        }
      }
    }

    private mutating func encodeNormalized(_ normalized: NormalizedText) {
      var text = PreTokenizedText(normalized)
      storage.definition.preTokenizer?.apply(to: &text)
      let model = storage.definition.model
      text.text.bytes.withUnsafeBufferPointer { bytes in
        if !recordsPieces {
          model.encode(bytes, pieces: text.pieces, scratch: scratch, into: &sink)
          return
        }
        for piece in text.pieces {
          let first = sink.ids.count
          model.encode(bytes, pieces: [piece], scratch: scratch, into: &sink)
          record(from: first, piece, text.text)
        }
      }
    }

    private mutating func record(from first: Int, _ piece: Range<Int>, _ text: NormalizedText) {
      var start = piece.lowerBound
      for index in first..<sink.ids.count {
        let end = min(start + sink.lengths[index], piece.upperBound)
        pieces.append(TokenPiece(id: sink.ids[index], range: text.origin(of: start..<end)))
        start = end
      }
    }
  }
}
