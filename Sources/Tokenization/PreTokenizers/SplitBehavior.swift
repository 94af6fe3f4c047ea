import Patterns

/// What becomes of the delimiters when a text is split.
package enum SplitBehavior: String, Sendable, CaseIterable {
  /// They are dropped.
  case removed = "Removed"
  /// Each is a piece of its own.
  case isolated = "Isolated"
  /// Each ends the piece before it.
  case mergedWithPrevious = "MergedWithPrevious"
  /// Each begins the piece after it.
  case mergedWithNext = "MergedWithNext"
  /// Adjacent ones are one piece.
  case contiguous = "Contiguous"

  init(_ component: ComponentJSON, default value: SplitBehavior? = nil) throws(TokenizerError) {
    if let value, !component.has("behavior") {
      self = value
      return
    }
    // Tokenizers written by hand and by old versions use snake case.
    let name = try component.string("behavior")
    let plain = name.filter { $0 != "_" }.lowercased()
    guard let known = Self.allCases.first(where: { $0.rawValue.lowercased() == plain }) else {
      throw TokenizerError(.unsupported, "\(component.path).behavior '\(name)' is not known")
    }
    self = known
  }
}

/// Something that finds delimiters in a text.
protocol MatchSource {
  /// Calls `body` with the successive matches, which do not overlap.
  func forEachMatch(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void)
}

extension Pattern: MatchSource {}

/// Turns matches into pieces according to a behaviour.
struct MatchSplitter {
  let behavior: SplitBehavior
  let isInverted: Bool

  /// Cuts every piece of `text` at what `source` finds.
  func apply(_ source: some MatchSource, to text: inout PreTokenizedText) {
    text.splitPieces { bytes, emit in split(bytes, source, emit) }
  }

  private func split(
    _ text: UnsafeBufferPointer<UInt8>, _ source: some MatchSource, _ emit: (Range<Int>) -> Void
  ) {
    let count = text.count
    switch behavior {
    case .isolated:
      var done = 0
      source.forEachMatch(in: text) { match in
        if done < match.lowerBound { emit(done..<match.lowerBound) }
        emit(match)
        done = match.upperBound
      }
      if done < count { emit(done..<count) }
    case .removed where isInverted:
      source.forEachMatch(in: text) { emit($0) }
    case .removed:
      var done = 0
      source.forEachMatch(in: text) { match in
        if done < match.lowerBound { emit(done..<match.lowerBound) }
        done = match.upperBound
      }
      if done < count { emit(done..<count) }
    default:
      merge(parts(of: text, source), emit)
    }
  }

  /// All parts of the text in order, with whether each is a delimiter.
  private func parts(
    of text: UnsafeBufferPointer<UInt8>, _ source: some MatchSource
  ) -> [(range: Range<Int>, isDelimiter: Bool)] {
    var parts: [(range: Range<Int>, isDelimiter: Bool)] = []
    var done = 0
    source.forEachMatch(in: text) { match in
      if done < match.lowerBound { parts.append((done..<match.lowerBound, isInverted)) }
      parts.append((match, !isInverted))
      done = match.upperBound
    }
    if done < text.count { parts.append((done..<text.count, isInverted)) }
    return parts
  }

  private func merge(_ parts: [(range: Range<Int>, isDelimiter: Bool)], _ emit: (Range<Int>) -> Void) {
    var previousIsDelimiter = false
    var pieces: [Range<Int>] = []
    for (range, isDelimiter) in behavior == .mergedWithNext ? parts.reversed() : parts {
      let joins =
        behavior == .contiguous ? isDelimiter == previousIsDelimiter : isDelimiter && !previousIsDelimiter
      if joins, let last = pieces.last {
        pieces[pieces.count - 1] =
          min(last.lowerBound, range.lowerBound)..<max(last.upperBound, range.upperBound)
      } else {
        pieces.append(range)
      }
      previousIsDelimiter = isDelimiter
    }
    if behavior == .mergedWithNext { pieces.reverse() }
    for piece in pieces { emit(piece) }
  }
}
