/// For each pair of ids that merges: its rank, and the id that it becomes.
struct MergeTable: Sendable {
  private let table: PairTable

  init(
    _ merges: ByteStrings, _ vocabulary: Vocabulary, prefixLength: Int
  ) throws(TokenizerError) {
    var entries: [(key: UInt64, value: UInt64)] = []
    entries.reserveCapacity(merges.count / 2)
    var merged: [UInt8] = []
    for rank in 0..<merges.count / 2 {
      let left = merges[2 * rank]
      let right = merges[2 * rank + 1]
      merged.removeAll(keepingCapacity: true)
      merged.append(contentsOf: left)
      merged.append(contentsOf: right.dropFirst(prefixLength))
      guard let leftID = vocabulary.id(of: left), let rightID = vocabulary.id(of: right),
        let id = vocabulary.id(of: merged)
      else {
        throw TokenizerError(
          .inconsistent,
          "model.merges[\(rank)], '\(String(decoding: left, as: UTF8.self))' and "
            + "'\(String(decoding: right, as: UTF8.self))', is of tokens that model.vocab does not have")
      }
      entries.append((PairTable.key(UInt32(leftID), UInt32(rightID)), UInt64(rank) << 32 | UInt64(id)))
    }
    table = PairTable(entries)
  }

  /// Rank in the upper, id in the lower half; `noMerge` where the pair does not merge.
  @inline(__always)
  func merge(_ left: UInt32, _ right: UInt32) -> UInt64 { table.value(left, right) ?? Self.noMerge }

  static let noMerge = UInt64.max
}
