import Text

/// How the characters of a text are written.
enum CharacterEncoding: Hashable {
  /// As UTF-8.
  case utf8
  /// As UTF-8 inside the quotes of a JSON string: quotes, backslashes and controls are escaped, and nothing else, so
  /// that each text has one form but for the ways to write a control.
  case json
}

extension LanguageTable {
  /// One character of a set.
  func character(_ set: ScalarSet, _ encoding: CharacterEncoding) -> ID {
    let key = CharacterKey(set: set, encoding: encoding)
    if let known = characters[key] { return known }
    let result: ID
    switch encoding {
    case .utf8: result = utf8(set)
    case .json:
      var parts = [utf8(set.intersection(Self.unescaped))]
      for scalar in Self.unescaped.inverted().ranges.joined() where set.contains(scalar) {
        parts.append(escape(scalar))
      }
      result = union(parts)
    }
    characters[key] = result
    return result
  }

  /// Texts of any characters.
  func anyText(_ encoding: CharacterEncoding) -> ID { many(character(.all, encoding)) }

  /// The texts of JSON strings that all of some languages have. Each is made of characters as JSON writes them, so that to be
  /// any text asks nothing more; and an intersection that is none is followed faster.
  func texts(in languages: [ID]) -> ID {
    let any = anyText(.json)
    let others = languages.filter { $0 != any }
    return others.isEmpty ? any : intersection(others)
  }

  /// A text as it is written.
  func literal(_ text: String, _ encoding: CharacterEncoding) -> ID {
    // Most names and values have nothing to escape.
    let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    if encoding == .utf8 || isPlain { return literal(text) }
    return sequence(text.unicodeScalars.map { character(ScalarSet($0.value), encoding) })
  }

  /// How many characters without quotes, backslashes and controls may surely come first, whatever they are: what can be
  /// seen without an automaton. 0 says nothing.
  func plainCharacters(_ id: ID) -> Int {
    let head: ID
    if case .sequence(let first, _) = nodes[Int(id)] { head = first } else { head = id }
    switch nodes[Int(head)] {
    case .repetition(let inner, _, let most):
      return inner == anyCharacter || isUnion(inner, with: anyCharacter)
        ? (most == Self.unbounded ? .max : Int(most)) : 0
    case .union(let parts) where head == id: return parts.map(plainCharacters).max() ?? 0
    default: return 0
    }
  }

  private func isUnion(_ id: ID, with part: ID) -> Bool {
    guard case .union(let parts) = nodes[Int(id)], case .union(let wanted) = nodes[Int(part)] else {
      return false
    }
    // The single bytes of both may have become one set.
    return wanted.allSatisfy { one in
      if parts.contains(one) { return true }
      guard case .bytes(let set) = nodes[Int(one)] else { return false }
      return parts.contains { part in
        if case .bytes(let larger) = nodes[Int(part)] { return set.subtracting(larger).isEmpty }
        return false
      }
    }
  }

  private static let unescaped = ScalarSet([0x20...0x21, 0x23...0x5B, 0x5D...0x10FFFF])

  private func escape(_ scalar: UInt32) -> ID {
    let short: Character? =
      switch scalar {
      case 0x08: "b"
      case 0x09: "t"
      case 0x0A: "n"
      case 0x0C: "f"
      case 0x0D: "r"
      case 0x22: "\""
      case 0x5C: "\\"
      default: nil
      }
    var forms: [[UInt8]] = []
    if let short { forms.append(Array("\\\(short)".utf8)) }
    if scalar < 0x20 {
      let digits = String(scalar, radix: 16)
      for text in Set([digits, digits.uppercased()]) {
        forms.append(
          Array("\\u".utf8) + [UInt8](repeating: 48, count: 4 - text.utf8.count) + Array(text.utf8))
      }
    }
    return oneOf(forms)
  }

  /// The UTF-8 form of one scalar of a set; surrogates have none.
  private func utf8(_ set: ScalarSet) -> ID {
    let set = set.intersection(ScalarSet([0...0xD7FF, 0xE000...0x10FFFF]))
    var parts: [ID] = []
    var ascii = ByteSet.none
    for byte in UInt8(0)...0x7F where set.contains(UInt32(byte)) { ascii.insert(byte) }
    parts.append(bytes(ascii))
    parts.append(group(0xC2...0xDF) { tail(set, from: UInt32($0 & 0x1F) << 6, length: 1) })
    parts.append(group(0xE0...0xEF) { tail(set, from: UInt32($0 & 0x0F) << 12, length: 2, least: 0x800) })
    parts.append(group(0xF0...0xF4) { tail(set, from: UInt32($0 & 0x07) << 18, length: 3, least: 0x10000) })
    return union(parts)
  }

  /// One of some bytes and what follows it, with the bytes that are followed by the same joined.
  private func group(_ heads: ClosedRange<UInt8>, _ rest: (UInt8) -> ID) -> ID {
    var sets: [(rest: ID, heads: ByteSet)] = []
    for head in heads {
      let id = rest(head)
      if id == Self.never { continue }
      if let at = sets.firstIndex(where: { $0.rest == id }) {
        sets[at].heads.insert(head)
      } else {
        sets.append((id, ByteSet(head)))
      }
    }
    return union(sets.map { sequence(bytes($0.heads), $0.rest) })
  }

  /// The last bytes of the scalars of a set in a block that begins at `from`.
  private func tail(_ set: ScalarSet, from first: UInt32, length: Int, least: UInt32 = 0) -> ID {
    if length == 0 { return set.contains(first) && first >= least ? Self.empty : Self.never }
    let size = UInt32(1) << UInt32(6 * length)
    let last = first + size - 1
    // The ranges are sorted: the first one that does not end before the block decides whether it is all or nothing.
    var low = 0
    var high = set.ranges.count
    while low < high {
      let middle = (low + high) / 2
      if set.ranges[middle].upperBound < first { low = middle + 1 } else { high = middle }
    }
    if low == set.ranges.count || set.ranges[low].lowerBound > last || last < least { return Self.never }
    if first >= least, set.ranges[low].lowerBound <= first, set.ranges[low].upperBound >= last {
      let any = bytes(ByteSet(0x80...0xBF))
      return sequence([ID](repeating: any, count: length))
    }
    return group(0x80...0xBF) {
      tail(set, from: first + UInt32($0 & 0x3F) * (size >> 6), length: length - 1, least: least)
    }
  }
}

/// A set of characters in an encoding.
struct CharacterKey: Hashable {
  var set: ScalarSet
  var encoding: CharacterEncoding
}
