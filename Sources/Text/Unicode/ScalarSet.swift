/// A set of code points as sorted, disjoint, non-adjacent ranges.
package struct ScalarSet: Hashable, Sendable {
  /// The ranges, in order.
  package private(set) var ranges: [ClosedRange<UInt32>]

  /// Every code point.
  package static let all = ScalarSet([0...0x10FFFF])
  /// No code point.
  package static let empty = ScalarSet([])

  /// The union of some ranges.
  package init(_ unsorted: [ClosedRange<UInt32>]) {
    ranges = []
    for range in unsorted.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = ranges.last, range.lowerBound <= last.upperBound &+ 1 {
        ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
  }

  /// One code point.
  package init(_ scalar: UInt32) { ranges = [scalar...scalar] }

  /// The code points with a property (`Lu`, `Letter`, `Greek`); nil where the name is not known.
  package init?(property name: String) {
    guard let set = UnicodeNames.set(name) else { return nil }
    self = set
  }

  /// The only member, nil when there are more or none.
  package var single: UInt32? {
    guard ranges.count == 1, ranges[0].lowerBound == ranges[0].upperBound else { return nil }
    return ranges[0].lowerBound
  }

  /// The code points of either.
  package func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

  /// All other code points.
  package func inverted() -> ScalarSet {
    var gaps: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
    return ScalarSet(gaps)
  }

  /// The code points of both.
  package func intersection(_ other: ScalarSet) -> ScalarSet {
    inverted().union(other.inverted()).inverted()
  }

  /// Whether a scalar is a member.
  package func contains(_ scalar: Unicode.Scalar) -> Bool { contains(scalar.value) }

  /// Whether a code point is a member.
  package func contains(_ scalar: UInt32) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(scalar)
  }

  /// The set with all case variants of its members.
  package func withCaseVariants() -> ScalarSet {
    var extra: [ClosedRange<UInt32>] = []
    for (member, family) in UnicodeNames.caseVariants where contains(member) {
      extra.append(contentsOf: family.map { $0...$0 })
    }
    return extra.isEmpty ? self : ScalarSet(ranges + extra)
  }
}
