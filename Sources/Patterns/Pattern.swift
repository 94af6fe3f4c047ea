import Text

/// A compiled regular expression (Oniguruma's syntax and meaning) or literal over UTF-8 bytes.
///
/// Patterns of well-known tokenizers run on hand-written scanners, chosen by their exact text; every other one
/// runs on a backtracking engine whose work stays near linear in the text.
package struct Pattern: Sendable {
  enum Matcher: Sendable {
    case literal([UInt8])
    case program(RegexProgram)
    case scanner(any PatternScanner)
  }

  let matcher: Matcher

  /// Compiles a regular expression.
  ///
  /// - Throws: `PatternError` when the text is no regular expression or uses a construct that is not supported.
  package init(regex: String) throws(PatternError) {
    if let scanner = ScannerChoice.scanner(for: regex) {
      matcher = .scanner(scanner)
    } else {
      matcher = .program(try RegexCompiler.compile(RegexParser.parse(regex)))
    }
  }

  /// The same, never with a hand-written scanner: the oracle of the scanners.
  package init(generalRegex regex: String) throws(PatternError) {
    matcher = .program(try RegexCompiler.compile(RegexParser.parse(regex)))
  }

  /// A pattern that matches exactly this text; the empty text never matches.
  package init(literal: String) {
    matcher = .literal(Array(literal.utf8))
  }

  /// Whether a hand-written scanner does the work.
  package var isHandWritten: Bool {
    if case .scanner = matcher { return true }
    return false
  }

  /// Leftmost match at or after `start` (byte offsets, at a scalar's boundary), nil if there is none.
  package func firstMatch(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
    guard start >= 0, start <= text.count else { return nil }
    switch matcher {
    case .literal(let bytes): return Self.find(bytes, in: text, from: start)
    case .program(let program):
      var backtracker = Backtracker(program, UTF8Text(text))
      return backtracker.search(from: start)
    case .scanner(let scanner):
      var found: Range<Int>?
      scanner.scan(UTF8Text(text), from: start) { range in
        found = range
        return false
      }
      return found
    }
  }

  /// Calls `body` for each successive match that does not overlap the one before, in order. An empty match right
  /// after a match is left out, as the `find_iter` of HF tokenizers does.
  package func forEachMatch(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    switch matcher {
    case .literal(let bytes):
      var at = 0
      while let range = Self.find(bytes, in: text, from: at) {
        body(range)
        at = range.upperBound
      }
    case .program(let program): Self.forEach(program, UTF8Text(text), body)
    case .scanner(let scanner):
      scanner.scan(UTF8Text(text), from: 0) { range in
        body(range)
        return true
      }
    }
  }

  private static func forEach(_ program: RegexProgram, _ text: UTF8Text, _ body: (Range<Int>) -> Void) {
    var backtracker = Backtracker(program, text)
    var at = 0
    var lastEnd = -1
    while at <= text.count, let range = backtracker.search(from: at) {
      if range.isEmpty, range.lowerBound == lastEnd {
        at = range.upperBound + (range.upperBound < text.count ? text.scalar(at: range.upperBound).length : 1)
        continue
      }
      body(range)
      at = range.upperBound
      lastEnd = at
    }
  }

  private static func find(
    _ bytes: [UInt8], in text: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Range<Int>? {
    guard let first = bytes.first, text.count >= bytes.count else { return nil }
    var at = start
    while at <= text.count - bytes.count {
      if text[at] == first {
        var matched = 1
        while matched < bytes.count, text[at + matched] == bytes[matched] { matched += 1 }
        if matched == bytes.count { return at..<at + bytes.count }
      }
      at += 1
    }
    return nil
  }
}
