/// Builds the character maps of SentencePiece: a double-array trie of UTF-8 keys (in the layout of darts-clone), and
/// the texts that they become.
struct CharacterMap {
  private struct Node {
    var children: [(label: UInt8, node: Int)] = []
    var value: Int?
  }

  private var nodes = [Node()]
  private var texts: [UInt8] = []

  /// Unicode's small letters, one character at a time (so that the final sigma is an ordinary one).
  static let lowercase: [UInt8] = {
    var map = CharacterMap()
    for value in UInt32(0)...0x1_FFFF {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let small = scalar.properties.lowercaseMapping
      if !small.unicodeScalars.elementsEqual([scalar]) { map.insert(Array(String(scalar).utf8), small) }
    }
    return map.encoded()
  }()

  mutating func insert(_ key: [UInt8], _ text: String) {
    var node = 0
    for byte in key {
      if let child = nodes[node].children.first(where: { $0.label == byte }) {
        node = child.node
      } else {
        nodes.append(Node())
        nodes[node].children.append((byte, nodes.count - 1))
        node = nodes.count - 1
      }
    }
    nodes[node].value = texts.count
    texts += Array(text.utf8) + [0]
  }

  /// The size of the trie in bytes, the trie, the texts.
  func encoded() -> [UInt8] {
    let units = trie()
    return Self.bytes(UInt32(units.count * 4)) + units.flatMap(Self.bytes) + texts
  }

  private static func bytes(_ value: UInt32) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  /// A unit: label in bits 0…7, "has a value" in bit 8, distance to the children from bit 10. A child stands at
  /// base XOR label, the value (bit 31 set) at base; bases are not shared, so that a label tells the parent.
  private func trie() -> [UInt32] {
    var units = [UInt32](repeating: 0, count: 256)
    var isTaken = [Bool](repeating: false, count: 256)
    var usedBases: Set<Int> = [0]
    isTaken[0] = true
    var firstFree = 1
    var queue = [(node: 0, position: 0)]
    var next = 0
    while next < queue.count {
      let (node, position) = queue[next]
      next += 1
      var labels = nodes[node].children.map { Int($0.label) }
      if nodes[node].value != nil { labels.append(0) }
      if labels.isEmpty { continue }
      while isTaken[firstFree], firstFree < isTaken.count - 1 { firstFree += 1 }
      var base = firstFree
      while usedBases.contains(base)
        || labels.contains(where: { (base ^ $0) < isTaken.count && isTaken[base ^ $0] })
      { base += 1 }
      usedBases.insert(base)
      while units.count <= base | 0xFF {
        units += [UInt32](repeating: 0, count: 256)
        isTaken += [Bool](repeating: false, count: 256)
      }
      units[position] |= UInt32(base ^ position) << 10
      if let value = nodes[node].value {
        units[position] |= 0x100
        units[base] = UInt32(value) | 0x8000_0000
        isTaken[base] = true
      }
      for (label, child) in nodes[node].children {
        let at = base ^ Int(label)
        units[at] = UInt32(label)
        isTaken[at] = true
        queue.append((child, at))
      }
    }
    return units
  }
}
