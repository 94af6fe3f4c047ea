import Text

/// GPT-2: `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
struct GPT2Scanner: PatternScanner {
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
    let contraction = text.contractionEnd(at: at, ignoringCase: false)
    if contraction > 0 { return contraction }
    let head = text.base[at] == 32 && at + 1 < text.count ? at + 1 : at
    let (bits, length) = text.classes(at: head, table)
    if bits & ScalarClasses.letter != 0 {
      return text.runEnd(ScalarClasses.letter, from: head + length, table)
    }
    if bits & ScalarClasses.number != 0 {
      return text.runEnd(ScalarClasses.number, from: head + length, table)
    }
    if bits & ScalarClasses.space == 0 {
      let others = ScalarClasses.space | ScalarClasses.letter | ScalarClasses.number
      return text.runEnd(without: others, from: head + length, table)
    }
    return text.whitespaceEnd(from: at, keepsNewlines: false, table)
  }
}

/// The family of cl100k:
/// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
/// (Llama 3), with other numbers of digits (Qwen 2 has one).
struct CL100KScanner: PatternScanner {
  /// At most so many digits make a piece.
  var digits: Int

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
    if bits & ScalarClasses.letter != 0 {
      return text.runEnd(ScalarClasses.letter, from: at + length, table)
    }
    if bits & ScalarClasses.number != 0 { return text.digitsEnd(from: at + length, most: digits, table) }
    let contraction = text.contractionEnd(at: at, ignoringCase: true)
    if contraction > 0 { return contraction }
    if bits & ScalarClasses.newline == 0 {
      let (next, nextLength) = text.classes(at: at + length, table)
      if next & ScalarClasses.letter != 0 {
        return text.runEnd(ScalarClasses.letter, from: at + length + nextLength, table)
      }
    }
    return text.othersEnd(at, bits, length, tail: 0, table)
      ?? text.whitespaceEnd(from: at, keepsNewlines: true, table)
  }
}

extension UTF8Text {
  /// End of ` ?[^\s\p{L}\p{N}]+[\r\n]*` (with `tail` allowed beside newlines after it), nil when it is not here.
  @inline(__always)
  func othersEnd(_ at: Int, _ bits: UInt8, _ length: Int, tail: UInt8, _ table: PagedBytes) -> Int? {
    let others = ScalarClasses.space | ScalarClasses.letter | ScalarClasses.number
    var head = at
    if base[at] == 32 {
      head = at + 1
      guard head < count, classes(at: head, table).bits & others == 0 else { return nil }
    } else if bits & others != 0 {
      return nil
    }
    var end = runEnd(without: others, from: head, table)
    while end < count, base[end] == 10 || base[end] == 13 || (tail != 0 && base[end] == tail) { end += 1 }
    return end
  }
}
