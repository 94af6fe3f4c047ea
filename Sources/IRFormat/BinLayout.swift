import Graph

/// Where each constant lies in the `.bin` file.
///
/// Graphs are added one after another; constants with the same content share an offset, so that several graphs
/// (stateful, prefill, decode) can use one file and tied weights are stored once. Each entry begins at a multiple
/// of 64 bytes, so that a mapped file can be used in place by vector code.
package struct BinLayout: Sendable {
  /// What lies at an offset.
  package enum Content: Sendable, Hashable {
    /// Bytes that are known already.
    case bytes([UInt8])
    /// A part of a weight, which is computed and written later.
    case blob(Blob)
  }

  /// A run of bytes of the file.
  package struct Entry: Sendable {
    /// What it holds.
    package let content: Content
    /// Where it begins.
    package let offset: Int
    /// How long it is.
    package let byteCount: Int
  }

  /// All entries, by offset.
  package private(set) var entries: [Entry] = []
  /// The length of the file.
  package private(set) var totalByteCount = 0
  private var indices: [Key: Int] = [:]

  /// The alignment of each entry.
  package static let alignment = 64

  private enum Key: Hashable {
    case bytes([UInt8])
    case blob(Blob.Key)
  }

  /// An empty file.
  package init() {}

  /// Assigns offsets to all constants of `graph` that have none yet, in the order of their use.
  package mutating func add(_ graph: Graph) {
    add(graph.nodes)
  }

  private mutating func add(_ nodes: [Graph.Node]) {
    for node in nodes {
      if let constant = node.operation as? Constant { add(constant.content) }
      if let loop = node.operation as? Loop { add(loop.body.nodes) }
    }
  }

  /// Orders the parts of weights by `rank`, behind the constants whose bytes are known, and assigns all offsets anew.
  /// Parts of equal rank stay in the order in which they were added.
  ///
  /// A graph finds its constants by their offsets, so whoever writes the file may choose what is convenient.
  package mutating func arrange(by rank: (Blob) -> Int) {
    let ranks = entries.map { entry in
      if case .blob(let blob) = entry.content { rank(blob) } else { Int.min }
    }
    let order = entries.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
    let contents = order.map { entries[$0].content }
    (entries, totalByteCount, indices) = ([], 0, [:])
    for content in contents {
      switch content {
      case .bytes(let bytes): add(.bytes(bytes))
      case .blob(let blob): add(.blob(blob))
      }
    }
  }

  /// The place of a constant.
  /// - Returns: nil where the graph it belongs to was not added.
  package func entry(of content: Constant.Content) -> Entry? { indices[key(content)].map { entries[$0] } }

  private mutating func add(_ content: Constant.Content) {
    let key = key(content)
    guard indices[key] == nil else { return }
    let offset = (totalByteCount + BinLayout.alignment - 1) / BinLayout.alignment * BinLayout.alignment
    let entry =
      switch content {
      case .bytes(let bytes): Entry(content: .bytes(bytes), offset: offset, byteCount: bytes.count)
      case .blob(let blob): Entry(content: .blob(blob), offset: offset, byteCount: blob.byteCount)
      }
    indices[key] = entries.count
    entries.append(entry)
    totalByteCount = offset + entry.byteCount
  }

  private func key(_ content: Constant.Content) -> Key {
    switch content {
    case .bytes(let bytes): .bytes(bytes)
    case .blob(let blob): .blob(blob.key)
    }
  }
}
