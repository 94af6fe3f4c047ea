/// The symbols of one word while they are being merged; reused from word to word.
///
/// Short words are scanned for the best pair again and again, which is fastest while they fit the cache. Long
/// ones keep their pairs in a heap, so that a megabyte without a space costs n log n.
final class SymbolList {
  private var ids: [UInt32] = []
  private var lengths: [Int32] = []
  /// For each symbol its merge with the one after it, as `MergeTable.merge` tells it.
  private var merges: [UInt64] = []
  private var next: [Int32] = []
  private var previous: [Int32] = []
  private var heap = MergeHeap()

  /// Words of more symbols than this use the heap.
  private static let scanLimit = 48

  func removeAll() {
    ids.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  func append(_ id: UInt32, length: Int) {
    ids.append(id)
    lengths.append(Int32(truncatingIfNeeded: length))
  }

  /// Hands the symbols over.
  func append(to sink: inout TokenSink) {
    for index in ids.indices where lengths[index] > 0 { sink.append(ids[index], length: Int(lengths[index])) }
  }

  /// Merges by rank, the leftmost of equal ones first, until no adjacent pair merges.
  func merge(with table: MergeTable) {
    if ids.count < 2 { return }
    if ids.count <= Self.scanLimit { mergeByScan(table) } else { mergeByHeap(table) }
  }

  private func mergeByScan(_ table: MergeTable) {
    var count = ids.count
    merges.removeAll(keepingCapacity: true)
    for index in 0..<count - 1 { merges.append(table.merge(ids[index], ids[index + 1])) }
    merges.append(MergeTable.noMerge)
    ids.withUnsafeMutableBufferPointer { ids in
      lengths.withUnsafeMutableBufferPointer { lengths in
        merges.withUnsafeMutableBufferPointer { merges in
          while count > 1 {
            var best = MergeTable.noMerge
            var place = 0
            for index in 0..<count - 1 where merges[index] < best {
              best = merges[index]
              place = index
            }
            if best == MergeTable.noMerge { break }
            ids[place] = UInt32(truncatingIfNeeded: best)
            lengths[place] += lengths[place + 1]
            count -= 1
            for index in place + 1..<max(count, place + 1) {
              ids[index] = ids[index + 1]
              lengths[index] = lengths[index + 1]
              merges[index] = merges[index + 1]
            }
            merges[place] = place + 1 < count ? table.merge(ids[place], ids[place + 1]) : MergeTable.noMerge
            if place > 0 { merges[place - 1] = table.merge(ids[place - 1], ids[place]) }
          }
        }
      }
    }
    ids.removeLast(ids.count - count)
    lengths.removeLast(lengths.count - count)
  }

  private func mergeByHeap(_ table: MergeTable) {
    let count = Int32(ids.count)
    next = (1...count).map { $0 }
    previous = (-1..<count - 1).map { $0 }
    heap.removeAll()
    for index in 0..<Int(count) - 1 { push(index, table) }
    heap.order()
    while let (merge, place) = heap.popFirst() {
      let right = Int(next[place])
      // An entry is stale when either symbol has been merged in the meantime: the pair is another one then.
      guard lengths[place] > 0, right < Int(count), table.merge(ids[place], ids[right]) == merge else {
        continue
      }
      ids[place] = UInt32(truncatingIfNeeded: merge)
      lengths[place] += lengths[right]
      lengths[right] = 0
      let after = Int(next[right])
      next[place] = Int32(after)
      if after < Int(count) {
        previous[after] = Int32(place)
        pushLater(place, after, table)
      }
      if previous[place] >= 0 { pushLater(Int(previous[place]), place, table) }
    }
  }

  private func push(_ place: Int, _ table: MergeTable) {
    let merge = table.merge(ids[place], ids[place + 1])
    if merge != MergeTable.noMerge { heap.append(merge, place) }
  }

  private func pushLater(_ left: Int, _ right: Int, _ table: MergeTable) {
    let merge = table.merge(ids[left], ids[right])
    if merge != MergeTable.noMerge { heap.push(merge, left) }
  }
}
