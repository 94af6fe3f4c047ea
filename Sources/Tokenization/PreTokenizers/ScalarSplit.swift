import Text

/// Splitting at single characters of a kind.
struct ScalarSplit: MatchSource {
  let behavior: SplitBehavior
  /// For each ASCII byte whether it is a delimiter; `isDelimiter` decides about the others.
  let ascii: [Bool]
  let isDelimiter: @Sendable (Unicode.Scalar) -> Bool

  init(_ behavior: SplitBehavior, at isDelimiter: @escaping @Sendable (Unicode.Scalar) -> Bool) {
    self.behavior = behavior
    self.isDelimiter = isDelimiter
    ascii = (0..<128).map { isDelimiter(Unicode.Scalar(UInt8($0))) }
  }

  func apply(to text: inout PreTokenizedText) {
    MatchSplitter(behavior: behavior, isInverted: false).apply(self, to: &text)
  }

  func forEachMatch(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    ascii.withUnsafeBufferPointer { ascii in
      var index = 0
      while index < text.count {
        let byte = text[index]
        if byte < 0x80 {
          if ascii[Int(byte)] { body(index..<index + 1) }
          index += 1
        } else {
          let (scalar, length) = text.scalar(at: index)
          if isDelimiter(scalar) { body(index..<index + length) }
          index += length
        }
      }
    }
  }
}
