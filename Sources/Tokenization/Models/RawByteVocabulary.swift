import Text

/// A vocabulary written in `ByteAlphabet`, for look-ups by the bytes that its tokens stand for.
struct RawByteVocabulary: Sendable {
  /// Marks a byte without a token.
  static let none = UInt32.max
  /// The id of each single byte.
  let single: FrozenBuffer<UInt32>
  private let whole: ByteStringIndex?

  /// Prepares look-ups of single bytes and, on request, of whole words.
  init(_ vocabulary: Vocabulary, wholeWords: Bool) {
    single = FrozenBuffer(
      ByteAlphabet.scalars.map { vocabulary.id(of: String($0).utf8).map(UInt32.init) ?? Self.none })
    whole = wholeWords ? Self.index(vocabulary) : nil
  }

  private static func index(_ vocabulary: Vocabulary) -> ByteStringIndex {
    var strings = ByteStrings()
    var ids: [Int32] = []
    strings.reserve(strings: vocabulary.count, bytes: vocabulary.count * 8)
    var buffer: [UInt8] = []
    for id in 0..<vocabulary.upperBound {
      buffer.removeAll(keepingCapacity: true)
      // A token with a character outside of the alphabet cannot be met in a text.
      guard let token = vocabulary.token(of: id),
        token.withUnsafeBufferPointer({ ByteAlphabet.decode($0, into: &buffer) })
      else { continue }
      strings.append(buffer)
      ids.append(Int32(id))
    }
    return ByteStringIndex(strings, values: ids)
  }

  /// The token that is exactly `word`.
  @inline(__always)
  func id(of word: UnsafeBufferPointer<UInt8>) -> Int32? { whole?.value(of: word) }
}
