/// A text that is looked for while a sequence grows byte by byte (Knuth, Morris and Pratt 1977).
struct OpeningText: Sendable {
  let bytes: [UInt8]
  /// For each length read, the longest shorter beginning that is also its end.
  private let fallback: [Int]

  /// A text to look for; nil for an empty one.
  init?(_ text: String) {
    bytes = Array(text.utf8)
    if bytes.isEmpty { return nil }
    var table = [0, 0]
    var length = 0
    for index in 1..<max(1, bytes.count) {
      while length > 0, bytes[index] != bytes[length] { length = table[length] }
      if bytes[index] == bytes[length] { length += 1 }
      table.append(length)
    }
    fallback = table
  }

  /// How much of the text is read after one more byte.
  func next(_ read: Int, _ byte: UInt8) -> Int {
    var read = read == bytes.count ? fallback[read] : read
    while read > 0, bytes[read] != byte { read = fallback[read] }
    return bytes[read] == byte ? read + 1 : 0
  }

  /// The nodes of a trie at which the text is complete for the first time.
  func completions(_ read: Int, in trie: TokenTrie) -> [Int32] {
    var result: [Int32] = []
    var stack = [Int](repeating: read, count: TokenTrie.longestToken + 2)
    var at = 1
    while at < trie.nodes.count {
      let node = trie.nodes[at]
      let now = next(stack[Int(node.depth)], node.byte)
      if now == bytes.count {
        result.append(Int32(at))
        at = Int(node.end)
      } else {
        stack[Int(node.depth) + 1] = now
        at += 1
      }
    }
    return result
  }
}
