import Text

/// Places where a long text can be cut for BPE without any effect on the tokens.
///
/// SentencePiece's vocabularies see a whole document as one word. No merge crosses the place between two
/// characters that are nowhere next to one another inside of a token; before `▁` that is so after nearly
/// every character. The pieces are words then, which are fast and can be remembered.
struct WordBoundaries: Sendable {
  /// Characters that stand before the mark inside of some token.
  private let joined: Set<Unicode.Scalar>

  private static let mark: Unicode.Scalar = "\u{2581}"
  private static let bytes: (UInt8, UInt8, UInt8) = (0xE2, 0x96, 0x81)

  /// Nil where the mark is no token, so that it might be fused with unknown characters beside it.
  init?(_ vocabulary: Vocabulary) {
    guard vocabulary.id(of: String(Self.mark).utf8) != nil else { return nil }
    var joined: Set<Unicode.Scalar> = []
    for id in 0..<vocabulary.upperBound {
      guard let token = vocabulary.token(of: id), token.count > 3 else { continue }
      token.withUnsafeBufferPointer { token in
        for index in 1..<token.count where Self.isMark(token, at: index) {
          joined.insert(token.scalar(before: index).scalar)
        }
      }
    }
    self.joined = joined
  }

  /// Cuts every piece.
  func cut(_ text: UnsafeBufferPointer<UInt8>, _ pieces: [Range<Int>]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    result.reserveCapacity(text.count / 5)
    for piece in pieces {
      var start = piece.lowerBound
      var index = start + 1
      while index + 2 < piece.upperBound {
        if Self.isMark(text, at: index), !joined.contains(text.scalar(before: index).scalar) {
          result.append(start..<index)
          start = index
          index += 3
        } else {
          index += 1
        }
      }
      if start < piece.upperBound { result.append(start..<piece.upperBound) }
    }
    return result
  }

  @inline(__always)
  private static func isMark(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
    text[index] == bytes.0 && index + 2 < text.count && text[index + 1] == bytes.1
      && text[index + 2] == bytes.2
  }
}
