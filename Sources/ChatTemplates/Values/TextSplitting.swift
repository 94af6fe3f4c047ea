/// Cutting text into pieces, as Python's `split`, `rsplit`, `splitlines` and `partition` do.
extension Text {
  static func split(_ text: String, by separator: String, limit: Int) -> [String] {
    let (haystack, needle) = (Array(text.utf8), Array(separator.utf8))
    var (pieces, start): ([String], Int) = ([], 0)
    while pieces.count != limit, let found = find(needle, in: haystack, from: start) {
      pieces.append(make(haystack[start..<found]))
      start = found + needle.count
    }
    pieces.append(make(haystack[start...]))
    return pieces
  }

  static func splitFromRight(_ text: String, by separator: String, limit: Int) -> [String] {
    let (haystack, needle) = (Array(text.utf8.reversed()), Array(separator.utf8.reversed()))
    var (pieces, start): ([String], Int) = ([], 0)
    while pieces.count != limit, let found = find(needle, in: haystack, from: start) {
      pieces.append(make(haystack[start..<found].reversed()))
      start = found + needle.count
    }
    pieces.append(make(haystack[start...].reversed()))
    return pieces.reversed()
  }

  /// Splits at runs of white space, leaving no empty pieces; the rest after `limit` splits stays whole.
  static func splitAtSpace(_ text: String, limit: Int) -> [String] {
    let scalars = Array(text.unicodeScalars)
    var (pieces, index): ([String], Int) = ([], 0)
    while true {
      while index < scalars.count, isSpace(scalars[index]) { index += 1 }
      if index == scalars.count { return pieces }
      if pieces.count == limit {
        pieces.append(make(scalars[index...]))
        return pieces
      }
      let start = index
      while index < scalars.count, !isSpace(scalars[index]) { index += 1 }
      pieces.append(make(scalars[start..<index]))
    }
  }

  static func splitAtSpaceFromRight(_ text: String, limit: Int) -> [String] {
    let scalars = Array(text.unicodeScalars)
    var (pieces, index): ([String], Int) = ([], scalars.count)
    while true {
      while index > 0, isSpace(scalars[index - 1]) { index -= 1 }
      if index == 0 { return pieces.reversed() }
      if pieces.count == limit {
        pieces.append(make(scalars[..<index]))
        return pieces.reversed()
      }
      let end = index
      while index > 0, !isSpace(scalars[index - 1]) { index -= 1 }
      pieces.append(make(scalars[index..<end]))
    }
  }

  /// How often `needle`, which is not empty, is in `text` without overlapping.
  static func count(_ needle: String, in text: String) -> Int {
    let (haystack, needle) = (Array(text.utf8), Array(needle.utf8))
    var (count, start) = (0, 0)
    while let found = find(needle, in: haystack, from: start) {
      count += 1
      start = found + needle.count
    }
    return count
  }

  /// How many runs of white space there are.
  static func countSpaces(in text: String) -> Int {
    var (count, isInside) = (0, false)
    for scalar in text.unicodeScalars {
      let isSpace = isSpace(scalar)
      if isSpace, !isInside { count += 1 }
      isInside = isSpace
    }
    return count
  }

  /// How many characters end a line.
  static func countLineBreaks(in text: String) -> Int {
    text.unicodeScalars.reduce(into: 0) { count, scalar in if isLineBreak(scalar) { count += 1 } }
  }

  private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  static func splitLines(_ text: String, keepingEnds: Bool) -> [String] {
    let scalars = Array(text.unicodeScalars)
    var (lines, start, index): ([String], Int, Int) = ([], 0, 0)
    while index < scalars.count {
      guard isLineBreak(scalars[index]) else {
        index += 1
        continue
      }
      let end = index
      index += scalars[index] == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n" ? 2 : 1
      lines.append(make(scalars[start..<(keepingEnds ? index : end)]))
      start = index
    }
    if start < scalars.count { lines.append(make(scalars[start...])) }
    return lines
  }
}
