/// Unicode properties as Oniguruma (Unicode 16) knows them, in paged tables of one byte a code point.
///
/// The first use unpacks about 50 kB of text; look-ups afterwards are two loads.
package enum UnicodeTables {
  /// Bit of `packed` that says White_Space.
  package static let whitespaceBit: UInt8 = 0x20
  /// Bit of `packed` that says Alphabetic.
  package static let alphabeticBit: UInt8 = 0x40
  /// Bit of `packed` that says word character (`\w`).
  package static let wordBit: UInt8 = 0x80

  /// General category in the low five bits, the flags above it.
  package static let packed = PagedBytes(UnicodeTables.packedValues())

  private static func packedValues() -> [UInt8] {
    var values = [UInt8](repeating: 0, count: 0x110000)
    var numbers = PackedNumbers(UnicodeData.generalCategories)
    var at = 0
    while let length = numbers.next(), let category = numbers.next() {
      for point in at..<min(at + length, values.count) { values[point] = UInt8(truncatingIfNeeded: category) }
      at += length
    }
    for (name, bit) in [("White_Space", whitespaceBit), ("Alphabetic", alphabeticBit), ("Word", wordBit)] {
      for range in UnicodeNames.property(name)?.ranges ?? [] {
        for point in range { values[Int(point)] |= bit }
      }
    }
    return values
  }

  /// The general category of a scalar.
  package static func generalCategory(_ scalar: Unicode.Scalar) -> Category {
    Category(rawValue: packed[scalar.value] & 0x1F) ?? .unassigned
  }

  @inline(__always)
  private static func category(_ scalar: Unicode.Scalar, isIn mask: UInt32) -> Bool {
    mask >> UInt32(packed[scalar.value] & 0x1F) & 1 != 0
  }

  /// `\p{L}`: Lu, Ll, Lt, Lm, Lo.
  package static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    category(scalar, isIn: Category.letters)
  }
  /// `\p{N}`: Nd, Nl, No.
  package static func isNumber(_ scalar: Unicode.Scalar) -> Bool {
    category(scalar, isIn: Category.numbers)
  }
  /// `\p{M}`: Mn, Mc, Me.
  package static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    category(scalar, isIn: Category.marks)
  }
  /// `\p{P}`: Pc, Pd, Ps, Pe, Pi, Pf, Po.
  package static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    category(scalar, isIn: Category.punctuation)
  }
  /// `\p{S}`: Sm, Sc, Sk, So.
  package static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
    category(scalar, isIn: Category.symbols)
  }
  /// `\s`: the White_Space property.
  package static func isWhitespace(_ scalar: Unicode.Scalar) -> Bool {
    packed[scalar.value] & whitespaceBit != 0
  }
  /// The Alphabetic property.
  package static func isAlphabetic(_ scalar: Unicode.Scalar) -> Bool {
    packed[scalar.value] & alphabeticBit != 0
  }
  /// `\w`: Alphabetic, marks, decimal numbers and connector punctuation.
  package static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    packed[scalar.value] & wordBit != 0
  }
  /// The script's name as in `\p{Han}` ("Common", "Inherited" and "Unknown" are names too).
  package static func script(_ scalar: Unicode.Scalar) -> String {
    let names = UnicodeNames.scriptNames
    let index = Int(scriptIndices[scalar.value])
    return index < names.count ? names[index] : "Unknown"
  }

  private static let scriptIndices = PagedBytes(
    {
      var values = [UInt8](repeating: 0, count: 0x110000)
      var numbers = PackedNumbers(UnicodeData.scripts)
      var at = 0
      while let length = numbers.next(), let script = numbers.next() {
        for point in at..<min(at + length, values.count) { values[point] = UInt8(truncatingIfNeeded: script) }
        at += length
      }
      return values
    }())

  /// General categories, with the raw values that the tables hold.
  package enum Category: UInt8, Sendable, CaseIterable {
    /// Cn.
    case unassigned
    /// Cc.
    case control
    /// Cf.
    case format
    /// Cs.
    case surrogate
    /// Co.
    case privateUse
    /// Ll.
    case lowercaseLetter
    /// Lm.
    case modifierLetter
    /// Lo.
    case otherLetter
    /// Lt.
    case titlecaseLetter
    /// Lu.
    case uppercaseLetter
    /// Mc.
    case spacingMark
    /// Me.
    case enclosingMark
    /// Mn.
    case nonspacingMark
    /// Nd.
    case decimalNumber
    /// Nl.
    case letterNumber
    /// No.
    case otherNumber
    /// Pc.
    case connectorPunctuation
    /// Pd.
    case dashPunctuation
    /// Pe.
    case closePunctuation
    /// Pf.
    case finalPunctuation
    /// Pi.
    case initialPunctuation
    /// Po.
    case otherPunctuation
    /// Ps.
    case openPunctuation
    /// Sc.
    case currencySymbol
    /// Sk.
    case modifierSymbol
    /// Sm.
    case mathSymbol
    /// So.
    case otherSymbol
    /// Zl.
    case lineSeparator
    /// Zp.
    case paragraphSeparator
    /// Zs.
    case spaceSeparator

    static let abbreviations = [
      "Cn", "Cc", "Cf", "Cs", "Co", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "No", "Pc",
      "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs",
    ]

    /// Bit n is the category with raw value n.
    static func mask(ofMajorClass letter: Character) -> UInt32 {
      var mask: UInt32 = 0
      for (index, name) in abbreviations.enumerated() where name.first == letter {
        mask |= 1 << UInt32(index)
      }
      return mask
    }
    /// Of `\p{L}`, a bit for each raw value.
    package static let letters: UInt32 = 0b11_1110_0000
    /// Of `\p{M}`, a bit for each raw value.
    package static let marks: UInt32 = 0b1_1100_0000_0000
    /// Of `\p{N}`, a bit for each raw value.
    package static let numbers: UInt32 = 0b1110_0000_0000_0000
    /// Of `\p{P}`, a bit for each raw value.
    package static let punctuation: UInt32 = 0x7F_0000
    /// Of `\p{S}`, a bit for each raw value.
    package static let symbols: UInt32 = 0x780_0000
  }
}
