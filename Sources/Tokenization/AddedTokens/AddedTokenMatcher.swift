import Text

/// Finds added tokens in a text: the leftmost, and of those that begin there the longest.
struct AddedTokenMatcher: Sendable {
  /// A token to look for.
  struct Entry: Sendable {
    var token: AddedToken
    var id: Int
    /// What is looked for: the content, or its normalized form.
    var pattern: [UInt8]
  }

  /// A piece of a text: an added token, or text between two of them.
  struct Segment {
    var range: Range<Int>
    var id: Int?
  }

  private let entries: [Entry]
  /// (node, byte) to node; node 0 is the root.
  private let edges: PairTable
  /// The entry that ends in a node, -1 where none does.
  private let terminals: [Int32]
  private let isFirstByte: [Bool]

  init(_ entries: [Entry]) {
    self.entries = entries
    var nodes: [UInt64: UInt64] = [:]
    var terminals: [Int32] = [-1]
    var isFirstByte = [Bool](repeating: false, count: 256)
    for (index, entry) in entries.enumerated() where !entry.pattern.isEmpty {
      isFirstByte[Int(entry.pattern[0])] = true
      var node: UInt32 = 0
      for byte in entry.pattern {
        let key = PairTable.key(node, UInt32(byte))
        if nodes[key] == nil {
          nodes[key] = UInt64(terminals.count)
          terminals.append(-1)
        }
        node = UInt32(truncatingIfNeeded: nodes[key] ?? 0)
      }
      if terminals[Int(node)] < 0 { terminals[Int(node)] = Int32(index) }
    }
    edges = PairTable(nodes.map { ($0.key, $0.value) })
    self.terminals = terminals
    self.isFirstByte = isFirstByte
  }

  var isEmpty: Bool { entries.isEmpty }

  /// Cuts the text at added tokens, leaving out empty segments.
  ///
  /// Adjacent segments cover the whole text, with one exception that the reference makes: a token that is found in
  /// the white space which the one before took along is a segment too, and the text goes on behind it.
  func segments(of text: UnsafeBufferPointer<UInt8>) -> [Segment] {
    guard !text.isEmpty else { return [] }
    guard !isEmpty else { return [Segment(range: 0..<text.count)] }
    var segments: [Segment] = []
    var done = 0
    var position = 0
    while let (found, entry) = nextMatch(in: text, from: position) {
      position = found.upperBound
      guard let extent = extent(of: found, entry.token, in: text, notBefore: done) else { continue }
      if done < extent.start { segments.append(Segment(range: done..<extent.start)) }
      if extent.start < extent.end {
        segments.append(Segment(range: extent.start..<extent.end, id: entry.id))
      }
      done = extent.end
    }
    if done < text.count { segments.append(Segment(range: done..<text.count)) }
    return segments
  }

  private func nextMatch(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> (Range<Int>, Entry)? {
    isFirstByte.withUnsafeBufferPointer { isFirstByte in
      var position = start
      while position < text.count {
        if isFirstByte[Int(text[position])], let found = longestMatch(in: text, at: position) { return found }
        position += 1
      }
      return nil
    }
  }

  private func longestMatch(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> (Range<Int>, Entry)? {
    var node: UInt32 = 0
    var end = start
    var best: (end: Int, entry: Int32)?
    while end < text.count, let next = edges.value(node, UInt32(text[end])) {
      node = UInt32(truncatingIfNeeded: next)
      end += 1
      if terminals[Int(node)] >= 0 { best = (end, terminals[Int(node)]) }
    }
    return best.map { (start..<$0.end, entries[Int($0.entry)]) }
  }

  /// A match with the white space it takes along, but for what is before `limit`; nil where a word touches a
  /// single-word token. Nothing is left of a match that lies before the limit with all its white space.
  private func extent(
    of match: Range<Int>, _ token: AddedToken, in text: UnsafeBufferPointer<UInt8>, notBefore limit: Int
  ) -> (start: Int, end: Int)? {
    var start = match.lowerBound
    var end = match.upperBound
    if token.isSingleWord {
      if start > 0, ScalarCategories.isWord(text.scalar(before: start).scalar) { return nil }
      if end < text.count, ScalarCategories.isWord(text.scalar(at: end).scalar) { return nil }
    }
    if token.stripsLeft {
      start = max(start, limit)
      while start > limit {
        let (scalar, length) = text.scalar(before: start)
        guard UnicodeTables.isWhitespace(scalar) else { break }
        start -= length
      }
    }
    if token.stripsRight {
      while end < text.count {
        let (scalar, length) = text.scalar(at: end)
        guard UnicodeTables.isWhitespace(scalar) else { break }
        end += length
      }
    }
    return (start, end)
  }
}
