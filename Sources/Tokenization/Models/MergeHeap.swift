/// A binary heap of merges: the lowest rank first, of equal ranks the leftmost.
struct MergeHeap {
  private struct Entry {
    /// As `MergeTable.merge` tells it.
    var merge: UInt64
    var place: Int

    @inline(__always)
    static func < (a: Entry, b: Entry) -> Bool {
      // Equal ranks are equal merges, so that comparing rank and id together changes nothing.
      a.merge != b.merge ? a.merge < b.merge : a.place < b.place
    }
  }

  private var entries: [Entry] = []

  mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

  /// Adds an entry without restoring the order; `order()` must follow.
  mutating func append(_ merge: UInt64, _ place: Int) { entries.append(Entry(merge: merge, place: place)) }

  /// Restores the order of all entries.
  mutating func order() {
    for index in stride(from: entries.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
  }

  /// Adds an entry.
  mutating func push(_ merge: UInt64, _ place: Int) {
    let entry = Entry(merge: merge, place: place)
    entries.append(entry)
    var index = entries.count - 1
    while index > 0 {
      let parent = (index - 1) / 2
      guard entry < entries[parent] else { break }
      entries[index] = entries[parent]
      index = parent
    }
    entries[index] = entry
  }

  /// Takes out the first entry.
  mutating func popFirst() -> (merge: UInt64, place: Int)? {
    guard let first = entries.first, let last = entries.popLast() else { return nil }
    if !entries.isEmpty {
      entries[0] = last
      siftDown(0)
    }
    return (first.merge, first.place)
  }

  private mutating func siftDown(_ start: Int) {
    entries.withUnsafeMutableBufferPointer { entries in
      let entry = entries[start]
      var index = start
      while true {
        var child = 2 * index + 1
        guard child < entries.count else { break }
        if child + 1 < entries.count, entries[child + 1] < entries[child] { child += 1 }
        guard entries[child] < entry else { break }
        entries[index] = entries[child]
        index = child
      }
      entries[index] = entry
    }
  }
}
