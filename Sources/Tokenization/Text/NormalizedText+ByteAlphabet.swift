import Text

extension NormalizedText {
  /// Writes the bytes of the text in `ByteAlphabet`.
  mutating func encodeBytes() {
    mapScalars { _, range, writer in
      for index in range { writer.append(ByteAlphabet.scalars[Int(writer.sourceByte(index))], for: range) }
    }
  }
}
