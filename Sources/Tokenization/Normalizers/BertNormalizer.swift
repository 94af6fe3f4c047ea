import Text

/// `BertNormalizer`: BERT's basic clean-up.
package struct BertNormalizer: Sendable {
  /// Remove control characters, make every white space a space.
  package var cleansText: Bool
  /// Put spaces around Chinese characters.
  package var handlesChinese: Bool
  /// Remove accents; where the file does not say, exactly when lowercasing.
  package var stripsAccents: Bool
  package var lowercases: Bool

  init(_ component: ComponentJSON) throws(TokenizerError) {
    cleansText = try component.bool("clean_text")
    handlesChinese = try component.bool("handle_chinese_chars")
    lowercases = try component.bool("lowercase")
    stripsAccents = try component.bool("strip_accents", default: lowercases)
  }

  func apply(to text: inout NormalizedText) {
    if cleansText { clean(&text) }
    if handlesChinese { spaceChinese(&text) }
    if stripsAccents {
      text.normalize(to: .nfd)
      text.removeScalars(in: ScalarCategories.nonspacingMarks)
    }
    if lowercases { text.lowercase() }
  }

  private func clean(_ text: inout NormalizedText) {
    text.mapScalars { scalar, range, writer in
      switch scalar {
      case "\t", "\n", "\r", " ": writer.append(" ", for: range)
      case "!"..."~": writer.copy(range)
      case _ where ScalarCategories.controls.contains(scalar): break
      case _ where UnicodeTables.isWhitespace(scalar): writer.append(" ", for: range)
      default: writer.copy(range)
      }
    }
  }

  private func spaceChinese(_ text: inout NormalizedText) {
    guard text.bytes.contains(where: { $0 >= 0xE3 }) else { return }
    text.mapScalars { scalar, range, writer in
      guard Self.isChinese(scalar) else { return writer.copy(range) }
      writer.append(" ", for: range)
      writer.copy(range)
      writer.append(" ", for: range)
    }
  }

  /// The blocks of CJK ideographs that BERT lists; the third extension begins at U+2B920 in the reference
  /// too.
  private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
