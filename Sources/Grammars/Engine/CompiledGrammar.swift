import Synchronization

/// A grammar for one vocabulary, with the automata that texts have needed so far. Many sequences share it.
///
/// `@unchecked Sendable`: the tables are touched only inside the lock that all grammars of a compiler share.
final class CompiledGrammar: @unchecked Sendable {
  typealias Place = GrammarMatcher.Place

  /// What a token before the opening text leads to.
  enum Opening {
    /// So many bytes of the opening text are read.
    case waiting(Int)
    case open([Place])
  }

  /// Places at which one text may be at once; further readings of it are given up.
  private static let mostPlaces = 100

  /// Beginnings of tokens from which a mask follows further lexemes, at most; what else there is may not come.
  private static let mostDescents = 500_000

  let endTokens: Set<Int>
  /// The text after which the grammar holds; nil from the beginning.
  let opening: OpeningText?
  /// Whether the text may end before the opening.
  let isOptional: Bool
  /// Where a text begins.
  private(set) var start: [Place] = []

  /// The automata that it is compiled into.
  let shared: SharedLexer
  private let rows: ParserRows
  private var masksBeforeOpening: [Int: [UInt64]] = [:]
  private var descents = 0

  init(
    _ tree: GrammarTree, _ shared: SharedLexer, endTokens: Set<Int>, opening: OpeningText?, isOptional: Bool
  ) {
    self.shared = shared
    self.endTokens = endTokens
    self.opening = opening
    self.isOptional = isOptional
    rows = ParserRows(tree, shared.lexer)
    let first = rows.first()
    start = [Place(row: first, state: rows.start(first))]
  }

  // MARK: Reading

  func advance(_ places: [Place], by token: Int) -> [Place] {
    shared.lock.withLock { _ in
      shared.lexer.languages.budget.begin(.byte)
      switch shared.vocabulary[token] {
      case .bytes(let bytes): return read(bytes[...], from: places)
      case .special:
        var result: [Place] = []
        for row in rowsAtStart(places) {
          for special in rows.specials(row) where Int(special.token) == token {
            let next = rows.step(row, over: special.lexeme)
            result.append(Place(row: next, state: rows.start(next)))
          }
        }
        return Array(Set(result))
      case .unused: return []
      }
    }
  }

  private func read(_ bytes: ArraySlice<UInt8>, from places: [Place]) -> [Place] {
    var current = places
    let lexer = shared.lexer
    for byte in bytes {
      var next: [Place] = []
      func add(_ row: ParserRows.Row, _ entry: Int32) {
        let place = Place(row: row, state: entry >> 1)
        if entry >= 0, next.count < Self.mostPlaces, !next.contains(place) { next.append(place) }
      }
      for place in current {
        add(place.row, lexer.next(place.state, byte))
        if !lexer.complete[Int(place.state)].isEmpty {
          let row = rows.step(place.row, place.state)
          add(row, lexer.next(rows.start(row), byte))
        }
      }
      if next.isEmpty { return [] }
      current = next
    }
    // Where a lexeme cannot go on, the next one has begun.
    for index in current.indices {
      let place = current[index]
      if !lexer.complete[Int(place.state)].isEmpty, !lexer.goesOn(place.state) {
        let row = rows.step(place.row, place.state)
        current[index] = Place(row: row, state: rows.start(row))
      }
    }
    return current
  }

  func mayEnd(_ places: [Place]) -> Bool {
    shared.lock.withLock { _ in rowsAtStart(places).contains(where: rows.mayEnd) }
  }

  /// The rows that places stand before, or could.
  private func rowsAtStart(_ places: [Place]) -> [ParserRows.Row] {
    places.compactMap { place in
      if place.state == rows.start(place.row) { return place.row }
      return shared.lexer.complete[Int(place.state)].isEmpty ? nil : rows.step(place.row, place.state)
    }
  }

  // MARK: Masks

  /// The tokens that may come.
  func mask(_ places: [Place]) -> [UInt64] {
    shared.lock.withLock { _ in
      beginMask(places)
      var words = [UInt64](repeating: 0, count: shared.vocabulary.maskWords)
      words.withUnsafeMutableBufferPointer { words in
        for place in places { add(place.row, place.state, to: words) }
        for row in rowsAtStart(places) {
          for special in rows.specials(row) { Self.set(Int(special.token), in: words) }
        }
        // Nothing may come only where the vocabulary lacks a byte; then the text ends rather than hangs.
        if rowsAtStart(places).contains(where: rows.mayEnd) || words.allSatisfy({ $0 == 0 }) {
          for token in endTokens { Self.set(token, in: words) }
        }
      }
      return words
    }
  }

  /// What a byte more makes of the text is always known; what a whole token does, only within the budget.
  private func beginMask(_ places: [Place]) {
    let lexer = shared.lexer
    lexer.languages.budget.begin(.byte)
    for place in places { _ = lexer.next(lexer.near(place.state), 0) }
    for row in rowsAtStart(places) { _ = lexer.next(lexer.near(rows.start(row)), 0) }
    lexer.languages.budget.begin(.mask)
    descents = 0
  }

  /// Whether what is not found out yet is left out.
  private var isSpent: Bool { descents > Self.mostDescents || shared.lexer.languages.budget.isSpent }

  private static func set(_ token: Int, in words: UnsafeMutableBufferPointer<UInt64>) {
    if words.indices.contains(token / 64) { words[token / 64] |= 1 << UInt64(token % 64) }
  }

  private func add(
    _ row: ParserRows.Row, _ state: Lexer.State, to words: UnsafeMutableBufferPointer<UInt64>
  ) {
    let walk = shared.lexer.walk(state)
    walk.inside.withUnsafeBufferPointer { inside in
      for index in words.indices { words[index] |= inside[index] }
    }
    let trie = walk.plainAreInside ? shared.vocabulary.plain.rest : shared.vocabulary.trie
    var seen: Set<Exit> = []
    // First what single bytes need.
    for exit in walk.exits where exit.node == 0 {
      let next = rows.step(row, exit.state)
      add(next, rows.start(next), to: words)
    }
    for exit in walk.exits where exit.node != 0 && !isSpent {
      descend(trie, exit.node, rows.step(row, exit.state), &seen, into: words)
    }
  }

  private struct Exit: Hashable {
    var node: Int32
    var row: ParserRows.Row
  }

  private func descend(
    _ trie: TokenTrie, _ node: Int32, _ row: ParserRows.Row, _ seen: inout Set<Exit>,
    into words: UnsafeMutableBufferPointer<UInt64>
  ) {
    var pending = [Exit(node: node, row: row)]
    var ends: [LexerWalk.Exit] = []
    while !isSpent, let exit = pending.popLast() {
      descents += 1
      ends.removeAll(keepingCapacity: true)
      LexerWalk.descend(
        shared.lexer, trie, below: exit.node, from: shared.lexer.near(rows.start(exit.row)), into: words,
        &ends)
      for end in ends {
        let next = Exit(node: end.node, row: rows.step(exit.row, end.state))
        if seen.insert(next).inserted { pending.append(next) }
      }
    }
  }
}

// MARK: - Before the opening text

extension CompiledGrammar {
  func advanceBeforeOpening(_ read: Int, by token: Int) -> Opening? {
    guard let opening else { return .open(start) }
    let bytes: [UInt8]
    switch shared.vocabulary[token] {
    case .bytes(let own): bytes = own
    case .special(let text): bytes = Array(text.utf8)
    case .unused: return nil
    }
    var read = read
    for (index, byte) in bytes.enumerated() {
      read = opening.next(read, byte)
      if read == opening.bytes.count {
        let rest = bytes[(index + 1)...]
        if rest.isEmpty { return .open(start) }
        let places = shared.lock.withLock { _ in
          shared.lexer.languages.budget.begin(.byte)
          return self.read(rest, from: start)
        }
        return places.isEmpty ? nil : .open(places)
      }
    }
    return .waiting(read)
  }

  /// Everything may come that does not finish the opening text and go on against the grammar.
  func maskBeforeOpening(_ read: Int) -> [UInt64] {
    guard let opening else { return mask(start) }
    return shared.lock.withLock { _ in
      if let known = masksBeforeOpening[read] { return known }
      beginMask(start)
      let vocabulary = shared.vocabulary
      var words = [UInt64](repeating: 0, count: vocabulary.maskWords)
      words.withUnsafeMutableBufferPointer { words in
        for token in vocabulary.tokens.indices where vocabulary.tokens[token] != .unused {
          Self.set(token, in: words)
        }
        for completion in opening.completions(read, in: vocabulary.trie) {
          forbid(below: completion, in: vocabulary.trie, words)
        }
        for token in endTokens where !isOptional && words.indices.contains(token / 64) {
          words[token / 64] &= ~(1 << UInt64(token % 64))
        }
        if isOptional { for token in endTokens { Self.set(token, in: words) } }
      }
      masksBeforeOpening[read] = words
      return words
    }
  }

  private func forbid(
    below node: Int32, in trie: TokenTrie, _ words: UnsafeMutableBufferPointer<UInt64>
  ) {
    for at in Int(node) + 1..<max(Int(node) + 1, Int(trie.nodes[Int(node)].end)) {
      let token = trie.nodes[at].token
      if token >= 0 { words[Int(token) / 64] &= ~(1 << UInt64(token % 64)) }
    }
    var seen: Set<Exit> = []
    for place in start { descend(trie, node, place.row, &seen, into: words) }
  }
}
