/// Operations on text that mean what Python's `str` methods mean: the unit is the code point, and two texts are
/// equal when their code points are, not when they look the same.
enum Text {
  /// White space as Python's `str.isspace` and the `\s` of its regular expressions see it.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
      0x3000:
      true
    default: false
    }
  }

  /// A character of a word: letters, digits and the underscore, as `\w`.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "_": return true
      default: return false
      }
    }
    return isAlphabetic(scalar) || scalar.properties.numericType != nil
  }

  /// A letter, as `str.isalpha`.
  static func isAlphabetic(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  /// The number of code points.
  static func length(_ text: String) -> Int {
    text.utf8.reduce(into: 0) { count, byte in if byte & 0xC0 != 0x80 { count += 1 } }
  }

  /// The text of code points; through bytes, which is many times faster than appending to a string.
  static func make(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(scalars.underestimatedCount)
    for scalar in scalars {
      if scalar.isASCII {
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else if let encoded = UTF8.encode(scalar) {
        bytes.append(contentsOf: encoded)
      }
    }
    return make(bytes)
  }

  static func make(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  /// Whether two texts have the same code points.
  static func equal(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
  }

  /// Orders by code points, as Python does; UTF-8 keeps that order.
  static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  /// The byte position of `needle` in `haystack` at or after `start`.
  static func find(_ needle: [UInt8], in haystack: [UInt8], from start: Int = 0) -> Int? {
    guard needle.count > 16 else { return findShort(needle, in: haystack, from: start) }
    guard needle.count <= haystack.count - start else { return nil }
    // Knuth, Morris and Pratt: linear whatever the texts are.
    var borders = [0]
    var matched = 0
    for index in 1..<needle.count {
      while matched > 0, needle[index] != needle[matched] { matched = borders[matched - 1] }
      if needle[index] == needle[matched] { matched += 1 }
      borders.append(matched)
    }
    matched = 0
    var index = start
    while index < haystack.count {
      while matched > 0, haystack[index] != needle[matched] { matched = borders[matched - 1] }
      if haystack[index] == needle[matched] { matched += 1 }
      index += 1
      if matched == needle.count { return index - matched }
    }
    return nil
  }

  private static func findShort(_ needle: [UInt8], in haystack: [UInt8], from start: Int) -> Int? {
    guard let first = needle.first else { return start <= haystack.count ? start : nil }
    var index = start
    let last = haystack.count - needle.count
    while index <= last {
      if haystack[index] == first {
        var offset = 1
        while offset < needle.count, haystack[index + offset] == needle[offset] { offset += 1 }
        if offset == needle.count { return index }
      }
      index += 1
    }
    return nil
  }

  /// The last byte position of `needle` in `haystack` that ends at or before `end`.
  static func findLast(_ needle: [UInt8], in haystack: [UInt8], before end: Int) -> Int? {
    let reversed = Array(haystack[..<end].reversed())
    return find(needle.reversed(), in: reversed).map { end - $0 - needle.count }
  }

  static func contains(_ needle: String, in haystack: String) -> Bool {
    find(Array(needle.utf8), in: Array(haystack.utf8)) != nil
  }

  static func hasPrefix(_ text: String, _ prefix: String) -> Bool { text.utf8.starts(with: prefix.utf8) }

  static func hasSuffix(_ text: String, _ suffix: String) -> Bool {
    text.utf8.count >= suffix.utf8.count && text.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  /// `text` without the characters of `set` (white space when nil) at its ends.
  static func strip(_ text: String, _ set: String?, left: Bool = true, right: Bool = true) -> String {
    let characters = set.map { Set($0.unicodeScalars) }
    let strips = { (scalar: Unicode.Scalar) in characters?.contains(scalar) ?? isSpace(scalar) }
    let scalars = text.unicodeScalars
    var (start, end) = (scalars.startIndex, scalars.endIndex)
    while left, start < end, strips(scalars[start]) { start = scalars.index(after: start) }
    while right, end > start, strips(scalars[scalars.index(before: end)]) { end = scalars.index(before: end) }
    return String(scalars[start..<end])
  }

  static func replace(_ text: String, _ old: String, with new: String, count: Int) -> String {
    guard count != 0 else { return text }
    let (haystack, needle) = (Array(text.utf8), Array(old.utf8))
    if needle.isEmpty { return insert(new, betweenScalarsOf: text, count: count) }
    var result: [UInt8] = []
    var (start, done) = (0, 0)
    while done != count, let found = find(needle, in: haystack, from: start) {
      result.append(contentsOf: haystack[start..<found])
      result.append(contentsOf: new.utf8)
      start = found + needle.count
      done += 1
    }
    if done == 0 { return text }
    result.append(contentsOf: haystack[start...])
    return make(result)
  }

  private static func insert(_ new: String, betweenScalarsOf text: String, count: Int) -> String {
    var (result, done) = (String.UnicodeScalarView(), 0)
    for scalar in text.unicodeScalars {
      if done != count {
        result.append(contentsOf: new.unicodeScalars)
        done += 1
      }
      result.append(scalar)
    }
    if done != count { result.append(contentsOf: new.unicodeScalars) }
    return String(result)
  }
}
