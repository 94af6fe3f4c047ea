import Text

/// The family of o200k, whose words change at a capital after a small letter:
/// `[^\r\n\p{L}\p{N}]?U*L+c?|[^\r\n\p{L}\p{N}]?U+L*c?|\p{N}{1,n}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
/// with U = Lu Lt Lm Lo M, L = Ll Lm Lo M, and c the contractions, which Tekken lacks.
struct CasedWordScanner: PatternScanner {
  /// At most so many digits make a piece.
  var digits: Int
  var hasContractions: Bool

  func scan(_ text: UTF8Text, from start: Int, _ body: (Range<Int>) -> Bool) {
    let table = ScalarClasses.table
    var at = start
    while at < text.count {
      let end = matchEnd(text, at, table)
      if !body(at..<end) { return }
      at = end
    }
  }

  @inline(__always)
  private func matchEnd(_ text: UTF8Text, _ at: Int, _ table: PagedBytes) -> Int {
    let (bits, length) = text.classes(at: at, table)
    if bits & ScalarClasses.number != 0 {
      return text.digitsEnd(from: at + length, most: digits, table)
    }
    // A mark can be the lead or the first letter; each branch tries it as the lead first.
    let canLead = bits & (ScalarClasses.letter | ScalarClasses.newline) == 0
    let word = ScalarClasses.upper | ScalarClasses.lower
    let isLead = canLead && text.classes(at: at + length, table).bits & word != 0
    if isLead || bits & word != 0 {
      var end = isLead ? endingInLower(text, at + length, table) : 0
      if end == 0, bits & word != 0 { end = endingInLower(text, at, table) }
      if end == 0, isLead { end = text.upperRunEnd(at + length, table) }
      if end == 0, bits & word != 0 { end = text.upperRunEnd(at, table) }
      if end > 0 { return withContraction(text, end) }
    }
    return text.othersEnd(at, bits, length, tail: 47, table)
      ?? text.whitespaceEnd(from: at, keepsNewlines: true, table)
  }

  @inline(__always)
  private func withContraction(_ text: UTF8Text, _ end: Int) -> Int {
    guard hasContractions, end < text.count, text.base[end] == 39 else { return end }
    return max(end, text.contractionEnd(at: end, ignoringCase: true))
  }

  /// `U*L+` from `start`: the capitals as far as they go, given back until a small letter can follow; 0 for none.
  @inline(__always)
  private func endingInLower(_ text: UTF8Text, _ start: Int, _ table: PagedBytes) -> Int {
    var at = start
    var lastBoth = 0  // end of the last scalar of the capitals that is of both kinds
    while true {
      let (bits, length) = text.classes(at: at, table)
      if bits & ScalarClasses.upper == 0 {
        if bits & ScalarClasses.lower != 0 {
          return text.runEnd(ScalarClasses.lower, from: at + length, table)
        }
        return lastBoth
      }
      at += length
      if bits & ScalarClasses.lower != 0 { lastBoth = at }
    }
  }
}

extension UTF8Text {
  /// `U+L*` from `start`, 0 when there is no capital. After `U*L+` failed, no small letter follows the run.
  @inline(__always)
  fileprivate func upperRunEnd(_ start: Int, _ table: PagedBytes) -> Int {
    let end = runEnd(ScalarClasses.upper, from: start, table)
    return end > start ? end : 0
  }

  /// End of a run of digits whose first has been read, at most `most` of them.
  @inline(__always)
  func digitsEnd(from position: Int, most: Int, _ table: PagedBytes) -> Int {
    var at = position
    var count = 1
    while count < most {
      let (bits, length) = classes(at: at, table)
      if bits & ScalarClasses.number == 0 { break }
      at += length
      count += 1
    }
    return at
  }
}
