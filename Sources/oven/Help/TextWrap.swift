/// Text in lines of a width, broken between words.
package enum TextWrap {
  /// The lines, at least one. A word that is wider than a line has one of its own.
  package static func lines(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      var column = 0
      for word in paragraph.split(separator: " ") {
        let size = word.reduce(0) { $0 + LineLayout.width(of: $1) }
        if column > 0, column + 1 + size > width {
          lines.append(line)
          (line, column) = ("", 0)
        }
        line += (column > 0 ? " " : "") + word
        column += (column > 0 ? 1 : 0) + size
      }
      lines.append(line)
    }
    return lines
  }
}
