/// What may be shown on a terminal of text that others wrote: a model, a file's names, a conversation of yesterday.
///
/// Escape sequences in it could clear the screen, rename the window, or answer in the user's name; so every control
/// character becomes a sign that shows it. Newlines and tabs stay. This is the only place that decides so; text for
/// files and pipes never comes here.
package enum TerminalText {
  // Our own colours travel inside of the text between two characters that no text has, so that they are told from foreign escapes.
  private static let styleBegin: Unicode.Scalar = "\u{10FF00}"
  private static let styleEnd: Unicode.Scalar = "\u{10FF01}"

  /// A mark that becomes the colour sequence of `code` (ECMA-48, SGR) when it is shown.
  package static func style(_ code: String) -> String { "\(styleBegin)\(code)\(styleEnd)" }

  /// The text as a terminal may get it.
  ///
  /// - Parameter keepsStyles: whether marks of `style` count. In a text that is foreign as a whole they do not.
  package static func safe(_ text: String, keepsStyles: Bool = true) -> String {
    guard text.utf8.contains(where: isSuspicious) else { return text }
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if scalar == styleBegin {
        if keepsStyles, let end = rest.firstIndex(of: styleEnd), isCode(rest[..<end]) {
          result.append(contentsOf: "\u{1B}[".unicodeScalars)
          result.append(contentsOf: rest[..<end])
          result.append("m")
          rest = rest[rest.index(after: end)...]
        }
      } else if scalar != styleEnd {
        result.append(visible(scalar, next: rest.first))
      }
    }
    return String(result)
  }

  /// The columns that a text takes; marks of `style` take none.
  package static func width(_ text: some StringProtocol) -> Int {
    var isMark = false
    return text.reduce(0) { sum, character in
      if character.unicodeScalars.first == styleBegin { isMark = true }
      defer { if character.unicodeScalars.last == styleEnd { isMark = false } }
      return isMark ? sum : sum + LineLayout.width(of: character)
    }
  }

  /// A character that a user edits, without the line break that would move what is below.
  package static func safe(_ character: Character) -> String {
    var result = String.UnicodeScalarView()
    for scalar in character.unicodeScalars where scalar != styleBegin && scalar != styleEnd {
      result.append(visible(scalar, next: nil))
    }
    return String(result)
  }

  private static func visible(_ scalar: Unicode.Scalar, next: Unicode.Scalar?) -> Unicode.Scalar {
    switch scalar.value {
    case 0x09, 0x0A: scalar
    case 0x0D where next == "\n": scalar
    // The pictures of the control characters, in their order.
    case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
    case 0x7F: "\u{2421}"
    // The C1 controls, which some terminals obey like escape sequences.
    case 0x80..<0xA0: "\u{FFFD}"
    // Embeddings and overrides of the direction, with which a name can be made to look like another one. What right-to-left
    // text needs, marks and isolates, stays.
    case 0x202A, 0x202B, 0x202D, 0x202E: "\u{FFFD}"
    default: scalar
    }
  }

  /// Bytes that a control character or a mark begins with: the rest is looked at only where there is one.
  private static func isSuspicious(_ byte: UInt8) -> Bool {
    byte < 0x20 && byte != 0x0A && byte != 0x09 || byte == 0x7F || byte == 0xC2 || byte == 0xE2
      || byte == 0xF4
  }

  private static func isCode(_ code: Substring.UnicodeScalarView) -> Bool {
    (1...16).contains(code.count) && code.allSatisfy { ("0"..."9").contains($0) || $0 == ";" }
  }
}
