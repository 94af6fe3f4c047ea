import Graph

/// How many sequences a model writes, how long they are, and how many of them side by side: as many as their keys and
/// values have room for.
///
/// Which sequences are written together follows from the model alone, so that the text does not depend on the machine.
package struct WritingPlan {
  /// Tokens of a sequence.
  package let length: Int
  /// Sequences in all.
  package let sequenceCount: Int
  /// Sequences that are written by one thread side by side.
  package let groupSize: Int
  private let groupByteCount: Int

  /// The bytes that keys and values of all groups that are written at once may take.
  private static let memory = 320 << 20
  /// Products of 16 rows are computed by other units than those of 8, several times as fast.
  private static let largestGroup = 16

  /// A plan for about `windowCount` windows of `windowLength` tokens.
  ///
  /// - Parameter tokenByteCount: the bytes of a token's keys and values.
  package init(windowCount: Int, windowLength: Int, tokenByteCount: Int) {
    // A little less than one or two windows: at 255 and 511 tokens the runtime makes room for twice as many.
    let (long, short) = (max(2 * windowLength - 2, 1), max(windowLength - 2, 1))
    func fits(_ sequences: Int, _ length: Int) -> Bool { sequences * length * tokenByteCount <= Self.memory }
    // Two groups of half the size at least, for two threads; of a large model one, which is as fast by itself.
    let isLong = fits(Self.largestGroup, long)
    length = isLong ? long : short
    sequenceCount = isLong ? (windowCount + 1) / 2 : windowCount
    var size = Self.largestGroup
    if isLong, !fits(2 * size, length) { size /= 2 }
    while size > 1, !fits(size, length) { size /= 2 }
    groupSize = size
    groupByteCount = size * length * tokenByteCount
  }

  /// Which sequences are written together.
  package var groups: [Range<Int>] {
    stride(from: 0, to: sequenceCount, by: groupSize).map { $0..<min($0 + groupSize, sequenceCount) }
  }

  /// Groups that are written at once, each by a thread of its own.
  package func groupsAtOnce(workers: Int) -> Int {
    max(1, min(workers, groups.count, Self.memory / max(groupByteCount, 1)))
  }

  /// The bytes that a token's keys and values take in 8 bits, with their scales.
  static func tokenByteCount(of graph: Graph) -> Int {
    graph.nodes.reduce(0) { sum, node in
      guard let read = node.operation as? ReadValue, read.variable.isCache else { return sum }
      let sizes = read.variable.shape.dimensions.compactMap(\.fixed)
      return sum + sizes.reduce(1, *) + 8 * (sizes.first ?? 1)
    }
  }
}
