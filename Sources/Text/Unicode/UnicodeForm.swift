/// The normalization forms of Unicode (UAX 15).
package enum UnicodeForm: String, Sendable {
  /// Composed or not, with compatible scalars made equal (k) or not.
  case nfc, nfd, nfkc, nfkd

  private var composes: Bool { self == .nfc || self == .nfkc }
  private var isCompatible: Bool { self == .nfkc || self == .nfkd }

  /// Whether a text may be changed by this form: a cheap look that is right when it says no.
  package func mayChange(_ bytes: some Sequence<UInt8>) -> Bool {
    // ASCII is the same in every form, and nothing below U+0300 takes part in canonical composition.
    let limit: UInt8 = self == .nfc ? 0xCC : 0x80
    return bytes.contains { $0 >= limit }
  }

  /// The scalars of a text in this form, each with the bytes it came from.
  package func scalars(of bytes: UnsafeBufferPointer<UInt8>) -> [Item] {
    var decomposed = decompose(bytes)
    Self.order(&decomposed)
    if composes { Self.compose(&decomposed) }
    return decomposed
  }

  /// A scalar of the result and the bytes it came from.
  package struct Item {
    /// The scalar.
    package var scalar: Unicode.Scalar
    var combiningClass: UInt8
    /// The bytes of the text as it was.
    package var source: Range<Int>
  }

  private func decompose(_ bytes: UnsafeBufferPointer<UInt8>) -> [Item] {
    let tables = DecompositionTables.shared
    var items: [Item] = []
    items.reserveCapacity(bytes.count)
    bytes.forEachScalar { scalar, source in
      if scalar.isASCII {
        items.append(Item(scalar: scalar, combiningClass: 0, source: source))
        return
      }
      tables.forEachPart(of: scalar, compatible: isCompatible) { part in
        items.append(Item(scalar: part, combiningClass: tables.combiningClass(part), source: source))
      }
    }
    return items
  }

  /// Sorts each run of marks by class, those of a class keeping their order.
  private static func order(_ items: inout [Item]) {
    var start = 0
    while start < items.count {
      guard items[start].combiningClass != 0 else {
        start += 1
        continue
      }
      var end = start + 1
      var isSorted = true
      while end < items.count, items[end].combiningClass != 0 {
        if items[end].combiningClass < items[end - 1].combiningClass { isSorted = false }
        end += 1
      }
      if !isSorted {
        // The standard library's sort is stable, but does not promise to stay so; the position settles ties.
        let run = items[start..<end].enumerated().sorted {
          ($0.element.combiningClass, $0.offset) < ($1.element.combiningClass, $1.offset)
        }
        items.replaceSubrange(start..<end, with: run.map(\.element))
      }
      start = end
    }
  }

  private static func compose(_ items: inout [Item]) {
    let tables = DecompositionTables.shared
    var result: [Item] = []
    result.reserveCapacity(items.count)
    var starter: Int?
    for item in items {
      if let place = starter {
        // A mark is blocked from its starter by one of the same or a higher class between them.
        let between = result.count - 1 > place ? result[result.count - 1].combiningClass : nil
        let isBlocked = between.map { $0 == 0 || $0 >= item.combiningClass } ?? false
        if !isBlocked, let composite = tables.composite(result[place].scalar, item.scalar) {
          result[place].scalar = composite
          let source = result[place].source
          result[place].source = source.lowerBound..<max(source.upperBound, item.source.upperBound)
          continue
        }
      }
      if item.combiningClass == 0 { starter = result.count }
      result.append(item)
    }
    items = result
  }
}
