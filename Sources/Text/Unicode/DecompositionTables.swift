/// What `UnicodeForm` looks up, unpacked from the generated data on first use.
struct DecompositionTables: Sendable {
  static let shared = DecompositionTables()

  private let canonical: [Unicode.Scalar: [Unicode.Scalar]]
  private let compatible: [Unicode.Scalar: [Unicode.Scalar]]
  private let composites: [UInt64: Unicode.Scalar]
  private let classes: [Unicode.Scalar: UInt8]

  private init() {
    canonical = Self.decompositions(CanonicalData.decompositions)
    compatible = Self.decompositions(CompatibilityData.decompositions)
    var composites: [UInt64: Unicode.Scalar] = [:]
    var numbers = PackedNumbers(CanonicalData.compositions)
    var key = 0
    while let distance = numbers.next(), let first = numbers.nextSigned(), let second = numbers.nextSigned() {
      key += distance
      composites[UInt64(key + first) << 32 | UInt64(second + 0x300)] = Unicode.Scalar(UInt32(key))
    }
    self.composites = composites
    var classes: [Unicode.Scalar: UInt8] = [:]
    numbers = PackedNumbers(CanonicalData.combiningClasses)
    key = 0
    while let distance = numbers.next(), let combiningClass = numbers.next() {
      key += distance
      if let scalar = Unicode.Scalar(UInt32(key)) { classes[scalar] = UInt8(combiningClass) }
    }
    self.classes = classes
  }

  private static func decompositions(_ packed: StaticString) -> [Unicode.Scalar: [Unicode.Scalar]] {
    var table: [Unicode.Scalar: [Unicode.Scalar]] = [:]
    var numbers = PackedNumbers(packed)
    var key = 0
    while let distance = numbers.next(), let length = numbers.next() {
      key += distance
      var value = key
      var parts: [Unicode.Scalar] = []
      for _ in 0..<length {
        value += numbers.nextSigned() ?? 0
        if let part = Unicode.Scalar(UInt32(value)) { parts.append(part) }
      }
      if let scalar = Unicode.Scalar(UInt32(key)) { table[scalar] = parts }
    }
    return table
  }

  /// Calls `body` with the full decomposition of a scalar, which may be the scalar itself.
  func forEachPart(of scalar: Unicode.Scalar, compatible isCompatible: Bool, _ body: (Unicode.Scalar) -> Void)
  {
    if Hangul.syllables.contains(scalar.value) { return Hangul.decompose(scalar, body) }
    if scalar.value < 0xA0 { return body(scalar) }
    if let parts = (isCompatible ? compatible[scalar] : nil) ?? canonical[scalar] {
      for part in parts { body(part) }
    } else {
      body(scalar)
    }
  }

  /// The canonical combining class.
  func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 { scalar.value < 0x300 ? 0 : classes[scalar] ?? 0 }

  /// The scalar that two scalars compose to.
  func composite(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
    if second.value < 0x300 { return nil }
    return Hangul.compose(first, second)
      ?? composites[UInt64(first.value) << 32 | UInt64(second.value)]
  }
}

/// The syllables of Korean, which are composed by arithmetic (Unicode, section 3.12).
private enum Hangul {
  static let syllables: Range<UInt32> = 0xAC00..<0xD7A4
  private static let leading: Range<UInt32> = 0x1100..<0x1113
  private static let vowels: Range<UInt32> = 0x1161..<0x1176
  private static let trailing: Range<UInt32> = 0x11A8..<0x11C3

  static func decompose(_ syllable: Unicode.Scalar, _ body: (Unicode.Scalar) -> Void) {
    let index = syllable.value - syllables.lowerBound
    let tail = index % 28
    emit(leading.lowerBound + index / 588, body)
    emit(vowels.lowerBound + index % 588 / 28, body)
    if tail > 0 { emit(trailing.lowerBound - 1 + tail, body) }
  }

  private static func emit(_ value: UInt32, _ body: (Unicode.Scalar) -> Void) {
    if let scalar = Unicode.Scalar(value) { body(scalar) }
  }

  static func compose(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
    if leading.contains(first.value), vowels.contains(second.value) {
      let index = (first.value - leading.lowerBound) * 588 + (second.value - vowels.lowerBound) * 28
      return Unicode.Scalar(syllables.lowerBound + index)
    }
    guard syllables.contains(first.value), (first.value - syllables.lowerBound) % 28 == 0,
      trailing.contains(second.value)
    else { return nil }
    return Unicode.Scalar(first.value + second.value - trailing.lowerBound + 1)
  }
}
