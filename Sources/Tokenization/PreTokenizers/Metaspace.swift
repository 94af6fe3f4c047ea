import Text

/// SentencePiece's way with spaces: a visible character stands for them and begins every word.
package struct Metaspace: Sendable {
  /// Where the character is put in front of the text.
  package enum PrependScheme: String, Sendable {
    case always, first, never
  }

  /// The visible character, usually U+2581.
  package var replacement: Unicode.Scalar
  package var prependScheme: PrependScheme
  /// Cut into words, each with its leading space.
  package var splits: Bool

  init(_ component: ComponentJSON) throws(TokenizerError) {
    replacement = try component.scalar("replacement")
    let name = try component.optionalString("prepend_scheme") ?? "always"
    guard let scheme = PrependScheme(rawValue: name) else {
      throw TokenizerError(.unsupported, "\(component.path).prepend_scheme '\(name)' is not known")
    }
    // The flag of old versions, kept by some files beside the scheme that replaced it.
    let adds = try component.bool("add_prefix_space", default: true)
    prependScheme = adds ? scheme : .never
    splits = try component.bool("split", default: true)
  }

  func apply(to text: inout PreTokenizedText) {
    let mark = Array(String(replacement).utf8)
    text.rewritePieces { bytes, piece, isAtBeginning, writer in
      let first = bytes.scalar(at: piece.lowerBound).scalar
      let prepends = prependScheme == .always || prependScheme == .first && isAtBeginning
      if prepends, first != replacement, first != " " {
        writer.append(contentsOf: mark, for: piece.lowerBound..<piece.lowerBound)
      }
      var start = piece.lowerBound
      for index in piece where bytes[index] == UInt8(ascii: " ") {
        writer.copy(start..<index)
        writer.append(contentsOf: mark, for: index..<index + 1)
        start = index + 1
      }
      writer.copy(start..<piece.upperBound)
    }
    if splits {
      ScalarSplit(.mergedWithNext) { [replacement] in $0 == replacement }.apply(to: &text)
    }
  }
}
