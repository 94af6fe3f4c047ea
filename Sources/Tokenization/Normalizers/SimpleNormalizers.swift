import Text

extension NormalizedText {
  /// `Lowercase`: the full mapping of each scalar on its own, so that a capital sigma is never a final one.
  mutating func lowercase() {
    guard bytes.contains(where: { $0 >= 0x80 || (0x41...0x5A).contains($0) }) else { return }
    mapScalars { scalar, range, writer in
      if scalar.isASCII {
        let isUpper = ("A"..."Z").contains(scalar)
        writer.append(isUpper ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar, for: range)
      } else {
        writer.append(contentsOf: Self.lowercaseMapping(of: scalar).utf8, for: range)
      }
    }
  }

  /// As of Unicode 16, which the reference knows; the standard library may know more.
  private static func lowercaseMapping(of scalar: Unicode.Scalar) -> String {
    switch scalar.value {
    case 0xA7CE, 0xA7D2, 0xA7D4, 0x16EA0...0x16EB8: String(scalar)
    default: scalar.properties.lowercaseMapping
    }
  }

  /// Removes the scalars of a set that has no ASCII characters.
  mutating func removeScalars(in set: ScalarSet) {
    guard bytes.contains(where: { $0 >= 0x80 }) else { return }
    mapScalars { scalar, range, writer in
      if scalar.isASCII || !set.contains(scalar) { writer.copy(range) }
    }
  }

  /// `Strip`: removes white space from the ends.
  mutating func strip(left: Bool, right: Bool) {
    rewrite { bytes, writer in
      var start = 0
      var end = bytes.count
      while left, start < end, case let (scalar, length) = bytes.scalar(at: start),
        UnicodeTables.isWhitespace(scalar)
      {
        start += length
      }
      while right, end > start, case let (scalar, length) = bytes.scalar(before: end),
        UnicodeTables.isWhitespace(scalar)
      {
        end -= length
      }
      writer.copy(start..<end)
    }
  }

  /// `Prepend`: puts a text in front, unless there is nothing to put it in front of.
  mutating func prepend(_ prefix: String) {
    guard !bytes.isEmpty else { return }
    rewrite { bytes, writer in
      writer.append(contentsOf: prefix.utf8, for: 0..<0)
      writer.copy(0..<bytes.count)
    }
  }
}

/// `Nmt`: SentencePiece's rules for control characters and unusual spaces.
enum NmtNormalizer {
  static func apply(to text: inout NormalizedText) {
    text.mapScalars { scalar, range, writer in
      switch scalar.value {
      case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: break
      case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF, 0xFFFD:
        writer.append(" ", for: range)
      default: writer.copy(range)
      }
    }
  }
}
