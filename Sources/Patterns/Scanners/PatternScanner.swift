import Text

/// A pattern written out by hand.
protocol PatternScanner: Sendable {
  /// Calls `body` for each match from `start` on, until it returns false.
  func scan(_ text: UTF8Text, from start: Int, _ body: (Range<Int>) -> Bool)
}

/// Classes of bytes and scalars that the split patterns of tokenizers tell apart.
struct ScalarClasses: Sendable {
  static let letter: UInt8 = 1
  static let number: UInt8 = 2
  static let space: UInt8 = 4
  static let newline: UInt8 = 8
  static let mark: UInt8 = 16
  /// Punctuation or symbol.
  static let punctuation: UInt8 = 32
  /// Lu, Lt, Lm, Lo, M.
  static let upper: UInt8 = 64
  /// Ll, Lm, Lo, M.
  static let lower: UInt8 = 128

  static let table = PagedBytes(values())

  private static func values() -> [UInt8] {
    typealias Category = UnicodeTables.Category
    var byCategory = [UInt8](repeating: 0, count: 32)
    for category in Category.allCases {
      let bit = UInt32(1) << UInt32(category.rawValue)
      var value: UInt8 = 0
      if bit & Category.letters != 0 { value |= letter }
      if bit & Category.numbers != 0 { value |= number }
      if bit & Category.marks != 0 { value |= mark }
      if bit & (Category.punctuation | Category.symbols) != 0 { value |= punctuation }
      switch category {
      case .uppercaseLetter, .titlecaseLetter: value |= upper
      case .lowercaseLetter: value |= lower
      case .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark, .enclosingMark:
        value |= upper | lower
      default: break
      }
      byCategory[Int(category.rawValue)] = value
    }
    return (UInt32(0)..<0x110000).map { point in
      let packed = UnicodeTables.packed[point]
      var value = byCategory[Int(packed & 0x1F)]
      if packed & UnicodeTables.whitespaceBit != 0 { value |= space }
      if point == 10 || point == 13 { value |= newline }
      return value
    }
  }
}

extension UTF8Text {
  /// Class bits and length of the scalar at `at`; (0, 0) at the end.
  @inline(__always)
  func classes(at position: Int, _ table: PagedBytes) -> (bits: UInt8, length: Int) {
    if position >= count { return (0, 0) }
    let byte = base[position]
    if byte < 0x80 { return (table.ascii(byte), 1) }
    let (value, length) = scalar(at: position)
    return (table[value], length)
  }

  /// Where the run of scalars that have one of the `wanted` bits ends.
  @inline(__always)
  func runEnd(_ wanted: UInt8, from position: Int, _ table: PagedBytes) -> Int {
    var at = position
    while at < count {
      let byte = base[at]
      if byte < 0x80 {
        if table.ascii(byte) & wanted == 0 { return at }
        at += 1
      } else {
        let (value, length) = scalar(at: at)
        if table[value] & wanted == 0 { return at }
        at += length
      }
    }
    return at
  }

  /// Where the run of scalars that have none of the `unwanted` bits ends.
  @inline(__always)
  func runEnd(without unwanted: UInt8, from position: Int, _ table: PagedBytes) -> Int {
    var at = position
    while at < count {
      let (value, length) = scalar(at: at)
      if table[value] & unwanted != 0 { return at }
      at += length
    }
    return at
  }

  /// End of `'s|'t|'re|'ve|'m|'ll|'d` at `position`, 0 when it is not there. Ignoring case, `ſ` is an s.
  @inline(__always)
  func contractionEnd(at position: Int, ignoringCase: Bool) -> Int {
    guard position + 1 < count, base[position] == 39 else { return 0 }
    let fold: UInt8 = ignoringCase ? 0x20 : 0
    let first = base[position + 1] | fold
    switch first {
    case 0x73, 0x74, 0x6D, 0x64: return position + 2
    case 0x72, 0x76:  // re, ve
      return position + 2 < count && base[position + 2] | fold == 0x65 ? position + 3 : 0
    case 0x6C: return position + 2 < count && base[position + 2] | fold == 0x6C ? position + 3 : 0
    case 0xE5 where ignoringCase:  // ſ is C5 BF; the bit of the fold is set
      let isLongS = position + 2 < count && base[position + 1] == 0xC5 && base[position + 2] == 0xBF
      return isLongS ? position + 3 : 0
    default: return 0
    }
  }

  /// `\s*[\r\n]+|\s+(?!\S)|\s+` (or without its first branch) at `position`, where whitespace stands.
  @inline(__always)
  func whitespaceEnd(from position: Int, keepsNewlines: Bool, _ table: PagedBytes) -> Int {
    var at = position
    var lastStart = position
    var afterNewline = 0
    while at < count {
      let (bits, length) = classes(at: at, table)
      if bits & ScalarClasses.space == 0 { break }
      lastStart = at
      at += length
      if bits & ScalarClasses.newline != 0 { afterNewline = at }
    }
    if keepsNewlines, afterNewline > 0 { return afterNewline }
    // What follows is not whitespace: the last scalar of the run is left to it, unless it is the only one.
    return at < count && lastStart > position ? lastStart : at
  }
}
