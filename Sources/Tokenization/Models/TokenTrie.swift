/// Finds all tokens that a text begins with.
struct TokenTrie: Sendable {
  /// (node, byte) to node; node 0 is the root.
  private let edges: PairTable
  /// The position of the token that ends in a node, -1 where none does.
  private let terminals: FrozenBuffer<Int32>

  init(_ tokens: ByteStrings) {
    // Sorted tokens share their prefixes with the one before, so that no node has to be looked up.
    let order = (0..<tokens.count).sorted { tokens[$0].lexicographicallyPrecedes(tokens[$1]) }
    var edges: [(key: UInt64, value: UInt64)] = []
    var terminals: [Int32] = [-1]
    var path: [(byte: UInt8, node: UInt32)] = []
    for position in order {
      let token = tokens[position]
      var shared = 0
      for byte in token {
        guard shared < path.count, path[shared].byte == byte else { break }
        shared += 1
      }
      path.removeLast(path.count - shared)
      for byte in token.dropFirst(shared) {
        let node = UInt32(terminals.count)
        edges.append((PairTable.key(path.last?.node ?? 0, UInt32(byte)), UInt64(node)))
        terminals.append(-1)
        path.append((byte, node))
      }
      let node = Int(path.last?.node ?? 0)
      terminals[node] = max(terminals[node], Int32(position))
    }
    self.edges = PairTable(edges)
    self.terminals = FrozenBuffer(terminals)
  }

  /// Calls `body` with the end and the position of every token that begins at `start`, shortest first.
  @inline(__always)
  func forEachPrefix(of text: UnsafeBufferPointer<UInt8>, from start: Int, _ body: (Int, Int) -> Void) {
    var node: UInt32 = 0
    var end = start
    while end < text.count, let next = edges.value(node, UInt32(text[end])) {
      node = UInt32(truncatingIfNeeded: next)
      end += 1
      let token = terminals.pointer[Int(node)]
      if token >= 0 { body(end, Int(token)) }
    }
  }
}
