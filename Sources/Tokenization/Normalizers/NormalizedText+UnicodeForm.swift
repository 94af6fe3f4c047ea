import Text

extension NormalizedText {
  /// Brings the text into a form of Unicode.
  mutating func normalize(to form: UnicodeForm) {
    guard form.mayChange(bytes) else { return }
    rewrite { bytes, writer in
      for item in form.scalars(of: bytes) { writer.append(item.scalar, for: item.source) }
    }
  }
}
