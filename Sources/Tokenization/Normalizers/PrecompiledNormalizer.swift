import Text

/// `Precompiled`: the character map that a SentencePiece model carries along.
///
/// The map is a double-array trie, in the layout of darts-clone, of 32-bit units, followed by the
/// replacements as text with zeros between them.
package struct PrecompiledNormalizer: Sendable {
  /// The map as it is in the file; empty for one that changes nothing.
  package let bytes: [UInt8]
  private let units: [UInt32]
  private let replacements: [UInt8]

  init(_ component: ComponentJSON) throws(TokenizerError) {
    // Some files have null for a map that changes nothing.
    let encodedMap = try component.optionalString("precompiled_charsmap") ?? ""
    guard let bytes = Base64.decode(encodedMap.utf8) else {
      throw component.malformed("precompiled_charsmap", expected: "base 64")
    }
    self.bytes = bytes
    if bytes.isEmpty {
      units = []
      replacements = []
      return
    }
    let size = bytes.count >= 4 ? Int(Self.word(bytes, at: 0)) : 0
    guard size > 0, size % 4 == 0, size <= bytes.count - 4 else {
      throw component.malformed(
        "precompiled_charsmap", expected: "a character map, whose trie it should contain")
    }
    units = (0..<size / 4).map { Self.word(bytes, at: 4 + 4 * $0) }
    replacements = Array(bytes[(4 + size)...])
  }

  private static func word(_ bytes: [UInt8], at index: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << (8 * UInt32($1)) }
  }

  func apply(to text: inout NormalizedText) {
    guard !units.isEmpty else { return }
    text.rewrite { bytes, writer in
      var start = 0
      for character in String(decoding: bytes, as: UTF8.self) {
        let range = start..<start + character.utf8.count
        start = range.upperBound
        // Whole grapheme clusters are looked up only when short; that is how the reference does it.
        if range.count < 6, let replacement = replacement(of: bytes.slice(range)) {
          writer.append(contentsOf: replacements[replacement], for: range)
          continue
        }
        bytes.slice(range).forEachScalar { _, part in
          let part = range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
          if let replacement = replacement(of: bytes.slice(part)) {
            writer.append(contentsOf: replacements[replacement], for: part)
          } else {
            writer.copy(part)
          }
        }
      }
    }
  }

  /// What stands for the shortest beginning of `key` that is in the map.
  private func replacement(of key: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
    var position = offset(units[0])
    for byte in key where byte != 0 {
      position ^= Int(byte)
      guard position < units.count else { return nil }
      let unit = units[position]
      // The label with the bit that says that a unit is a leaf.
      guard unit & 0x8000_00FF == UInt32(byte) else { return nil }
      position ^= offset(unit)
      if unit >> 8 & 1 == 1 {
        guard position < units.count else { return nil }
        let start = Int(units[position] & 0x7FFF_FFFF)
        guard start < replacements.count else { return nil }
        return start..<(replacements[start...].firstIndex(of: 0) ?? replacements.count)
      }
    }
    return nil
  }

  private func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 1 << 9) >> 6) }
}
