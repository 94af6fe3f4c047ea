import Text

/// A text cut into the pieces that the model will see one at a time.
package struct PreTokenizedText {
  /// The text that the pieces are ranges of.
  package var text: NormalizedText
  /// The pieces in order; none is empty.
  package var pieces: [Range<Int>]

  /// The whole text as one piece.
  package init(_ text: NormalizedText) {
    self.text = text
    pieces = text.bytes.isEmpty ? [] : [0..<text.bytes.count]
  }

  /// Cuts every piece further. `cut` is given the piece's bytes and tells the ranges inside of it to keep.
  package mutating func splitPieces(_ cut: (UnsafeBufferPointer<UInt8>, (Range<Int>) -> Void) -> Void) {
    var result: [Range<Int>] = []
    result.reserveCapacity(max(pieces.count * 2, text.bytes.count / 5))
    text.bytes.withUnsafeBufferPointer { bytes in
      for piece in pieces {
        let start = piece.lowerBound
        cut(bytes.slice(piece)) { part in
          if !part.isEmpty { result.append(start + part.lowerBound..<start + part.upperBound) }
        }
      }
    }
    pieces = result
  }

  /// Rewrites every piece. `write` is given the whole text, the piece's range and whether the piece is at the
  /// very beginning of what is being encoded.
  package mutating func rewritePieces(
    _ write: (UnsafeBufferPointer<UInt8>, Range<Int>, Bool, inout NormalizedText.Writer) -> Void
  ) {
    var result: [Range<Int>] = []
    result.reserveCapacity(pieces.count)
    let old = text
    text.rewrite { bytes, writer in
      for piece in pieces {
        let start = writer.count
        write(bytes, piece, old.originStart(at: piece.lowerBound) == 0, &writer)
        if writer.count > start { result.append(start..<writer.count) }
      }
    }
    pieces = result
  }
}
