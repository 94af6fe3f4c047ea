/// The segments of a file that are there or under way.
struct SegmentCache {
  private struct Entry {
    var task: Task<[UInt8], any Error>
    var waiters = 0
    /// Bytes of it that were handed out.
    var consumed = 0
  }

  /// How many segments several threads that read a file together are apart, at most. What lies so far behind the
  /// foremost of them is kept until it has been read whole.
  private static let reach = 12

  private var entries: [Int: Entry] = [:]
  /// The last segment of the foremost read since the last jump.
  private var front: Int?
  /// No read may begin any more.
  private(set) var isClosed = false

  /// Notes a read; whether it goes on beyond the foremost one, so that it pays to fetch ahead (reading a header
  /// alone does not). After a jump, what was fetched ahead in vain is dropped.
  mutating func beginRead(first: Int, last: Int) -> Bool {
    guard let front, first >= front - Self.reach, first <= front + Self.reach else {
      front = last
      dropUnused { !(first...last).contains($0) }
      return false
    }
    self.front = max(front, last)
    if last > front { dropUnused { $0 < last - Self.reach } }
    return last > front
  }

  /// Whether a read of `index` would have to fetch it, in a file that has been read elsewhere.
  func isElsewhere(_ index: Int) -> Bool { front != nil && !has(index) }

  func has(_ index: Int) -> Bool { entries[index] != nil }

  mutating func add(_ index: Int, start: () -> Task<[UInt8], any Error>) {
    if entries[index] == nil { entries[index] = Entry(task: start()) }
  }

  /// The task of a segment that was added.
  mutating func wait(for index: Int) -> Task<[UInt8], any Error> {
    guard var entry = entries[index], !isClosed else { return Task { throw CancellationError() } }
    entry.waiters += 1
    entries[index] = entry
    return entry.task
  }

  mutating func waited(for index: Int, failed: Bool) {
    entries[index]?.waiters -= 1
    // The next read of a failed segment is to try again.
    if failed { entries[index] = nil }
  }

  /// Notes that `count` bytes of a segment of `size` were handed out; one of which all were is dropped.
  mutating func consumed(_ count: Int, of index: Int, size: Int) {
    guard var entry = entries[index] else { return }
    entry.consumed += count
    entries[index] = entry.consumed >= size && entry.waiters == 0 ? nil : entry
  }

  mutating func cancelUnused() { dropUnused { _ in true } }

  /// Ends everything that is under way, waited for or not.
  mutating func close() {
    isClosed = true
    entries.values.forEach { $0.task.cancel() }
    entries = [:]
  }

  private mutating func dropUnused(where condition: (Int) -> Bool) {
    for (index, entry) in entries where entry.waiters == 0 && condition(index) {
      entry.task.cancel()
      entries[index] = nil
    }
  }
}
