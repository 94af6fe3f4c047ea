/// Resolves the names inside `\p{…}` and `[:…:]` to sets.
package enum UnicodeNames {
  static let scriptNames: [String] = "\(UnicodeData.scriptNames)".filter { $0 != "\n" }
    .split(separator: " ").map(String.init)

  /// Case, spaces, hyphens and underscores do not matter in property names.
  static func normalized(_ name: String) -> String {
    String(name.lowercased().filter { $0 != " " && $0 != "_" && $0 != "-" })
  }

  private static let longCategories: [String: String] = [
    "other": "C", "unassigned": "Cn", "control": "Cc", "format": "Cf", "surrogate": "Cs", "privateuse": "Co",
    "letter": "L", "lowercaseletter": "Ll", "modifierletter": "Lm", "otherletter": "Lo",
    "titlecaseletter": "Lt", "uppercaseletter": "Lu", "mark": "M", "combiningmark": "M", "spacingmark": "Mc",
    "enclosingmark": "Me", "nonspacingmark": "Mn", "number": "N", "decimalnumber": "Nd", "letternumber": "Nl",
    "othernumber": "No", "punctuation": "P", "connectorpunctuation": "Pc", "dashpunctuation": "Pd",
    "closepunctuation": "Pe", "finalpunctuation": "Pf", "initialpunctuation": "Pi", "otherpunctuation": "Po",
    "openpunctuation": "Ps", "symbol": "S", "currencysymbol": "Sc", "modifiersymbol": "Sk",
    "mathsymbol": "Sm",
    "othersymbol": "So", "separator": "Z", "lineseparator": "Zl", "paragraphseparator": "Zp",
    "spaceseparator": "Zs", "casedletter": "LC",
  ]

  /// The set that a property name stands for, nil when the name is not known.
  package static func set(_ name: String) -> ScalarSet? {
    let key = normalized(name)
    if key == "any" { return .all }
    if key == "ascii" { return ScalarSet([0...0x7F]) }
    if key == "assigned" { return category("cn").map { $0.inverted() } }
    if let set = property(key) { return set }
    let short = longCategories[key]?.lowercased() ?? key
    return category(short) ?? script(key)
  }

  private static func category(_ key: String) -> ScalarSet? {
    typealias Category = UnicodeTables.Category
    var mask: UInt32 = 0
    if key == "lc" {
      for name in ["Lu", "Ll", "Lt"] {
        if let at = Category.abbreviations.firstIndex(of: name) { mask |= 1 << UInt32(at) }
      }
    }
    for (index, name) in Category.abbreviations.enumerated()
    where name.lowercased() == key || (key.count == 1 && name.lowercased().hasPrefix(key)) {
      mask |= 1 << UInt32(index)
    }
    return mask == 0 ? nil : runs(UnicodeData.generalCategories) { mask >> UInt32($0) & 1 != 0 }
  }

  private static func script(_ key: String) -> ScalarSet? {
    guard let index = scriptNames.firstIndex(where: { normalized($0) == key }) else { return nil }
    return runs(UnicodeData.scripts) { $0 == index }
  }

  private static func runs(_ table: StaticString, where wanted: (Int) -> Bool) -> ScalarSet {
    var numbers = PackedNumbers(table)
    var ranges: [ClosedRange<UInt32>] = []
    var at = 0
    while let length = numbers.next(), let value = numbers.next() {
      if length > 0, wanted(value) { ranges.append(UInt32(at)...UInt32(at + length - 1)) }
      at += length
    }
    return ScalarSet(ranges)
  }

  /// The set of a binary property of the table, nil when it has none of that name.
  static func property(_ name: String) -> ScalarSet? {
    let key = normalized(name)
    return UnicodeData.properties.first { normalized("\($0.name)") == key }.map {
      ScalarSet(packed: $0.ranges)
    }
  }

  /// For every scalar that has case variants: all of its variants, itself included.
  static let caseVariants: [UInt32: [UInt32]] = {
    var numbers = PackedNumbers(UnicodeData.folds)
    var byFold: [UInt32: [UInt32]] = [:]
    var point = 0
    while let gap = numbers.next(), let step = numbers.nextSigned() {
      point += gap
      let fold = point + step
      byFold[UInt32(fold), default: [UInt32(fold)]].append(UInt32(point))
    }
    var variants: [UInt32: [UInt32]] = [:]
    for family in byFold.values { for member in family { variants[member] = family } }
    return variants
  }()
}
