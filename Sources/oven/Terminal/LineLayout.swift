/// Where the characters of a text being edited stand on a terminal of so many columns.
package struct LineLayout: Equatable {
  /// What to write: the prompts and the text, with a line break wherever the terminal's edge is reached.
  package let text: String
  /// The rows, at least one.
  package let rows: Int
  /// Where the cursor is.
  package let cursorRow: Int
  package let cursorColumn: Int

  /// - Parameters:
  ///   - prompt: before the first line; a prompt of as many spaces stands before the others.
  ///   - styledPrompt: the prompt as it is written, with colours.
  package init(_ buffer: LineBuffer, prompt: String, styledPrompt: String? = nil, columns: Int) {
    let indent = prompt.reduce(0) { $0 + Self.width(of: $1) }
    let columns = max(columns, indent + 2)
    var text = styledPrompt ?? prompt
    var (row, column) = (0, indent)
    var cursor = (row: 0, column: indent)
    func breakLine(_ begin: Int) {
      text += "\n" + String(repeating: " ", count: begin)
      row += 1
      column = begin
    }
    for (index, character) in buffer.characters.enumerated() {
      // A tab goes to the next stop, and is drawn as the spaces that it is wide.
      let width = character == "\t" ? min(8 - column % 8, columns - column) : Self.width(of: character)
      let endsLine = character.isNewline
      if !endsLine, column + max(1, width) > columns { breakLine(0) }
      if index == buffer.cursor { cursor = (row, column) }
      if endsLine {
        breakLine(indent)
      } else {
        text += character == "\t" ? String(repeating: " ", count: width) : TerminalText.safe(character)
        column += width
      }
    }
    // A cursor after the last column would be drawn on top of it.
    if column >= columns { breakLine(0) }
    if buffer.cursor == buffer.characters.count { cursor = (row, column) }
    self.text = text
    rows = row + 1
    (cursorRow, cursorColumn) = cursor
  }

  /// The columns that a character takes: 2 for East Asian wide ones, emoji and what is turned into emoji (keycaps,
  /// flags); for others what their parts take, as terminals count that do not join them: a conjunct of Hindi has the
  /// width of its consonants.
  package static func width(of character: Character) -> Int {
    if character.isNewline { return 0 }
    let scalars = character.unicodeScalars
    guard let first = scalars.first else { return 0 }
    // One sign stands for a control character.
    if first.value < 0x20 || first.value == 0x7F { return 1 }
    guard scalars.count > 1 else { return width(of: first) }
    if scalars.contains(where: { $0.value == 0xFE0F || $0.value == 0x20E3 }) { return 2 }
    if first.properties.isEmojiPresentation || (0x1F1E6...0x1F1FF).contains(first.value) { return 2 }
    // Syllables of Korean that are written in parts.
    if (0x1100...0x115F).contains(first.value) { return 2 }
    return max(1, scalars.reduce(0) { $0 + width(of: $1) })
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if scalar.properties.isEmojiPresentation { return 2 }
    return wide.contains { $0.contains(scalar.value) } ? 2 : 1
  }

  /// The large blocks of wide characters (Unicode, EastAsianWidth.txt: W and F).
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
    0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
    0x1B000...0x1B2FF, 0x20000...0x3FFFD,
  ]
}
