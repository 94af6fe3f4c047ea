import Text

/// A parsed regular expression.
indirect enum RegexNode: Equatable, Sendable {
  enum Greed: Sendable { case greedy, lazy, possessive }
  enum Assertion: Sendable {
    case lineStart, lineEnd, textStart, textEnd, textEndOrLastNewline, wordBoundary, notWordBoundary,
      searchStart
  }

  case empty
  case set(ScalarSet)
  case sequence([RegexNode])
  case alternation([RegexNode])
  case repetition(RegexNode, min: Int, max: Int?, greed: Greed)
  case capture(RegexNode, index: Int)
  case atomic(RegexNode)
  case look(RegexNode, behind: Bool, negated: Bool)
  case assertion(Assertion)
  case backreference(Int)

  static func scalar(_ value: UInt32) -> RegexNode { .set(ScalarSet(value)) }

  /// The least and (nil when unbounded) greatest number of scalars that a match has.
  var width: (min: Int, max: Int?) {
    switch self {
    case .empty, .look, .assertion: return (0, 0)
    case .set: return (1, 1)
    case .backreference: return (0, nil)
    case .capture(let body, _), .atomic(let body): return body.width
    case .sequence(let parts):
      return parts.reduce((0, 0)) { sum, part in
        let width = part.width
        return (
          Swift.min(sum.0 + width.min, Self.widest),
          sum.1.flatMap { most in width.max.flatMap { bounded(most.addingReportingOverflow($0)) } }
        )
      }
    case .alternation(let parts):
      let widths = parts.map(\.width)
      let most = widths.reduce(0 as Int?) { most, width in
        most.flatMap { m in width.max.map { Swift.max(m, $0) } }
      }
      return (widths.map(\.min).min() ?? 0, most)
    case .repetition(let body, let least, let most, _):
      let width = body.width
      if width.max == 0 { return (0, 0) }
      let least = width.min.multipliedReportingOverflow(by: least)
      let most = most.flatMap { most in
        width.max.flatMap { bounded($0.multipliedReportingOverflow(by: most)) }
      }
      return (bounded(least) ?? Self.widest, most)
    }
  }

  /// Wider than every text. Sums of two such numbers fit.
  private static let widest = 1 << 40

  private func bounded(_ result: (partialValue: Int, overflow: Bool)) -> Int? {
    result.overflow || result.partialValue > Self.widest ? nil : result.partialValue
  }

  /// The scalars that a match can begin with; nil when it may be empty, so that anything can follow.
  var firstScalars: ScalarSet? {
    switch self {
    case .empty, .look, .assertion, .backreference: return nil
    case .set(let set): return set
    case .capture(let body, _), .atomic(let body): return body.firstScalars
    case .repetition(let body, let least, _, _): return least > 0 ? body.firstScalars : nil
    case .alternation(let parts):
      var union = ScalarSet.empty
      for part in parts {
        guard let first = part.firstScalars else { return nil }
        union = union.union(first)
      }
      return union
    case .sequence(let parts):
      var union = ScalarSet.empty
      for part in parts {
        if let first = part.firstScalars { return union.union(first) }
        guard let optional = part.optionalFirst else { return nil }
        union = union.union(optional)
      }
      return nil
    }
  }

  /// For a part that may be empty: what it begins with when it is not; nil when that is not known.
  private var optionalFirst: ScalarSet? {
    switch self {
    case .empty, .assertion, .look: return .empty
    case .repetition(let body, _, _, _): return body.firstScalars
    default: return nil
    }
  }
}
