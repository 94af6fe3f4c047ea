/// What every token does from a lexer's state: stays inside a lexeme, or passes the end of one, where the parser has
/// to say what may follow.
struct LexerWalk: Sendable {
  /// A place in a trie where a lexeme is complete.
  struct Exit: Sendable {
    var node: Int32
    var state: Lexer.State
  }

  /// The tokens that end inside a lexeme or with it.
  private(set) var inside: [UInt64]
  /// The places where what follows belongs to the next lexeme.
  private(set) var exits: [Exit] = []
  /// Whether all plain tokens are inside, so that exits are places in the trie of the others.
  let plainAreInside: Bool
  /// Whether the budget was enough for all tokens.
  private(set) var isWhole = true

  init(_ lexer: Lexer, from state: Lexer.State) {
    let vocabulary = lexer.vocabulary
    plainAreInside = lexer.allowsPlain(state, PlainTokens.longest)
    inside =
      plainAreInside ? vocabulary.plain.mask : [UInt64](repeating: 0, count: vocabulary.maskWords)
    let trie = plainAreInside ? vocabulary.plain.rest : vocabulary.trie
    inside.withUnsafeMutableBufferPointer { words in
      isWhole = Self.descend(lexer, trie, below: 0, from: state, into: words, &exits)
    }
    if !lexer.complete[Int(state)].isEmpty { exits.append(Exit(node: 0, state: state)) }
  }

  /// Walks the subtree below a node, from a state before its first byte.
  ///
  /// The places where a lexeme ends are gathered and left to the caller: to step on in the parser may make states, and
  /// the table of states may move.
  ///
  /// - Returns: Whether the budget was enough for all tokens; the others are left out.
  @discardableResult
  static func descend(
    _ lexer: Lexer, _ trie: TokenTrie, below node: Int32, from state: Lexer.State,
    into words: UnsafeMutableBufferPointer<UInt64>, _ exits: inout [Exit]
  ) -> Bool {
    var isWhole = true
    trie.nodes.withUnsafeBufferPointer { nodes in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: TokenTrie.longestToken + 2) { stack in
        let base = node == 0 ? 0 : Int(nodes[Int(node)].depth) + 1
        stack[base] = state
        var table = lexer.table
        var at = Int(node) + 1
        let end = Int(nodes[Int(node)].end)
        while at < end {
          let current = nodes[at]
          let from = stack[Int(current.depth)]
          var entry = table[Int(from) << 8 | Int(current.byte)]
          if entry == Lexer.unknown {
            if !lexer.languages.budget.isSpent {
              lexer.expand(from)
              table = lexer.table
              entry = table[Int(from) << 8 | Int(current.byte)]
            }
            if entry == Lexer.unknown { isWhole = false }
          }
          if entry < 0 {
            at = Int(current.end)
            continue
          }
          if current.token >= 0 { words[Int(current.token) >> 6] |= 1 << UInt64(current.token & 63) }
          stack[Int(current.depth) + 1] = entry >> 1
          if entry & 1 != 0, Int(current.end) > at + 1 {
            exits.append(Exit(node: Int32(at), state: entry >> 1))
          }
          at += 1
        }
      }
    }
    return isWhole
  }
}
