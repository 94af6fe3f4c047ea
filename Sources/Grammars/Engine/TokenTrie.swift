/// The bytes of a vocabulary's tokens as a tree, laid out flat in depth-first order: to skip a subtree is to jump.
struct TokenTrie: Sendable {
  /// A byte of some tokens.
  struct Node {
    /// The first node after this one's subtree.
    var end: Int32
    /// The token that ends here, or -1.
    var token: Int32
    /// How many bytes stand before this one.
    var depth: UInt8
    /// The byte.
    var byte: UInt8
  }

  /// Longer tokens are left out: nothing constrained needs them, and depths fit a byte.
  static let longestToken = 250

  /// All nodes; the first one stands for the empty text.
  private(set) var nodes: [Node] = [Node(end: 1, token: -1, depth: 0, byte: 0)]
  /// The most bytes that a token has.
  private(set) var depth = 0

  /// A tree of some tokens.
  init(_ tokens: [(bytes: [UInt8], token: Int32)]) {
    let sorted = tokens.filter { !$0.bytes.isEmpty && $0.bytes.count <= Self.longestToken }
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    nodes.reserveCapacity(sorted.count * 2)
    var path: [Int] = []
    var last: [UInt8] = []
    for (bytes, token) in sorted {
      var common = 0
      // Two tokens of the same bytes are two leaves beside one another.
      while common < min(bytes.count - 1, last.count), bytes[common] == last[common] { common += 1 }
      close(&path, to: common)
      for position in common..<bytes.count {
        path.append(nodes.count)
        nodes.append(Node(end: 0, token: -1, depth: UInt8(position), byte: bytes[position]))
      }
      nodes[nodes.count - 1].token = token
      depth = max(depth, bytes.count)
      last = bytes
    }
    close(&path, to: 0)
    nodes[0].end = Int32(nodes.count)
  }

  private mutating func close(_ path: inout [Int], to length: Int) {
    while path.count > length { nodes[path.removeLast()].end = Int32(nodes.count) }
  }
}
