import Text

/// DeepSeek V3's main pattern:
/// `[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*`
/// `|\s*[\r\n]+|\s+(?!\S)|\s+`. Numbers, controls and the like match only before a letter.
struct DeepSeekV3Scanner: PatternScanner {
  func scan(_ text: UTF8Text, from start: Int, _ body: (Range<Int>) -> Bool) {
    let table = ScalarClasses.table
    var at = start
    while at < text.count {
      let (bits, length) = text.classes(at: at, table)
      let end = matchEnd(text, at, bits, length, table)
      if end > 0 {
        if !body(at..<end) { return }
        at = end
      } else {
        at += length
      }
    }
  }

  @inline(__always)
  private func matchEnd(
    _ text: UTF8Text, _ at: Int, _ bits: UInt8, _ length: Int, _ table: PagedBytes
  ) -> Int {
    let word = ScalarClasses.letter | ScalarClasses.mark
    if bits & ScalarClasses.letter != 0 { return text.runEnd(word, from: at + length, table) }
    let (next, nextLength) = text.classes(at: at + length, table)
    if bits & ScalarClasses.punctuation != 0 {
      if text.base[at] < 0x80, let end = latinEnd(text, at + 1) { return end }
      return punctuationEnd(text, at + length, table)
    }
    if bits & ScalarClasses.newline == 0, next & word != 0 {
      return text.runEnd(word, from: at + length + nextLength, table)
    }
    if bits & ScalarClasses.mark != 0 { return text.runEnd(word, from: at + length, table) }
    if text.base[at] == 32, next & ScalarClasses.punctuation != 0 {
      return punctuationEnd(text, at + 1 + nextLength, table)
    }
    return bits & ScalarClasses.space != 0
      ? text.whitespaceEnd(from: at, keepsNewlines: true, table) : 0
  }

  @inline(__always)
  private func latinEnd(_ text: UTF8Text, _ start: Int) -> Int? {
    var at = start
    while at < text.count, (65...90).contains(text.base[at] & 0xDF), text.base[at] < 0x80 { at += 1 }
    return at > start ? at : nil
  }

  @inline(__always)
  private func punctuationEnd(_ text: UTF8Text, _ from: Int, _ table: PagedBytes) -> Int {
    var end = text.runEnd(ScalarClasses.punctuation, from: from, table)
    while end < text.count, text.base[end] == 10 || text.base[end] == 13 { end += 1 }
    return end
  }
}

/// Runs of one set, with a scalar of another set allowed before: `\s?\p{L}+`, `\p{N}{1,3}`, `[\r\n]` and kin.
struct RunScanner: PatternScanner {
  /// What the run is made of.
  let members: ScalarTable
  /// May stand once before the run.
  var lead: ScalarTable?
  /// At most so many members make a match.
  var most = Int.max

  init(_ members: ScalarSet, lead: ScalarSet? = nil, most: Int = .max) {
    self.members = ScalarTable(members)
    self.lead = lead.map { ScalarTable($0) }
    self.most = most
  }

  func scan(_ text: UTF8Text, from start: Int, _ body: (Range<Int>) -> Bool) {
    var at = start
    while at < text.count {
      let (scalar, length) = text.scalar(at: at)
      var end = 0
      // The lead is taken first, also when it could begin the run.
      if let lead, lead.contains(scalar), let led = run(text, at + length) {
        end = led
      } else if members.contains(scalar), let bare = run(text, at) {
        end = bare
      }
      if end > 0 {
        if !body(at..<end) { return }
        at = end
      } else {
        at += length
      }
    }
  }

  @inline(__always)
  private func run(_ text: UTF8Text, _ start: Int) -> Int? {
    var at = start
    var count = 0
    while at < text.count, count < most {
      let (scalar, length) = text.scalar(at: at)
      guard members.contains(scalar) else { break }
      at += length
      count += 1
    }
    return at > start ? at : nil
  }
}
