import Foundation

/// Text in lines of a width, broken between words.
package enum TextWrap {
  /// The lines, at least one. A word that is wider than a line has one of its own.
  package static func lines(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      var column = 0
      for word in words(paragraph) {
        let size = TerminalText.width(word)
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

  /// The words of a paragraph; a number and its unit are one.
  private static func words(_ paragraph: Substring) -> [Substring] {
    var words: [Substring] = []
    for word in paragraph.split(separator: " ") {
      if let last = words.last, Double(last) != nil, units.contains(word.filter { $0.isLetter || $0 == "%" })
      {
        words[words.count - 1] = paragraph[last.startIndex..<word.endIndex]
      } else {
        words.append(word)
      }
    }
    return words
  }

  private static let units: Set<String> = ["s", "ms", "min", "h", "GB", "MB", "kB", "B", "%"]

  /// A line of a report in lines of a width: what does not fit goes on below its last column, or, where that stands too
  /// far to the right, a little behind the line's beginning.
  package static func row(_ line: String, width: Int) -> [String] {
    guard TerminalText.width(line) > width else { return [line] }
    let lead = line.prefix { $0 == " " }
    var (head, hang) = (Substring(lead), lead.count + 2)
    if let gap = line.range(of: "  ", options: .backwards) {
      let before = line[..<gap.upperBound]
      let column = TerminalText.width(before)
      if column > lead.count, column * 5 <= width * 3 { (head, hang) = (before, column) }
    }
    let rest = lines(String(line[head.endIndex...]), width: max(8, width - hang))
    let indent = String(repeating: " ", count: hang)
    return [head + rest[0]] + rest.dropFirst().map { indent + $0 }
  }
}
