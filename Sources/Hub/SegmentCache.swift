/// The segments of a file that are there or under way.
struct SegmentCache {
  private struct Entry {
    var task: Task<[UInt8], any Error>
    var waiters = 0
  }

  private var entries: [Int: Entry] = [:]
  private var lastRead: Int?

  /// Notes a read; whether it goes on beyond the segment where the last one ended, so that it pays to fetch ahead
  /// (reading a header alone does not). After a jump, what was fetched ahead in vain is dropped.
  mutating func beginRead(first: Int, last: Int) -> Bool {
    defer { lastRead = last }
    guard let lastRead, first == lastRead || first == lastRead + 1 else {
      cancelUnused(except: first...last)
      return false
    }
    return last > lastRead
  }

  func has(_ index: Int) -> Bool { entries[index] != nil }

  mutating func add(_ index: Int, start: () -> Task<[UInt8], any Error>) {
    if entries[index] == nil { entries[index] = Entry(task: start()) }
  }

  /// The task of a segment that was added.
  mutating func wait(for index: Int) -> Task<[UInt8], any Error> {
    guard var entry = entries[index] else { return Task { throw CancellationError() } }
    entry.waiters += 1
    entries[index] = entry
    return entry.task
  }

  mutating func waited(for index: Int, failed: Bool) {
    entries[index]?.waiters -= 1
    // The next read of a failed segment is to try again.
    if failed { entries[index] = nil }
  }

  mutating func drop(_ index: Int) {
    if entries[index]?.waiters == 0 { entries[index] = nil }
  }

  mutating func cancelUnused(except kept: ClosedRange<Int>? = nil) {
    for (index, entry) in entries where entry.waiters == 0 && kept?.contains(index) != true {
      entry.task.cancel()
      entries[index] = nil
    }
  }
}

/// The checksum of a file that is read in order.
struct StreamCheck {
  private let file: HubFile
  private var digest: ContentDigest
  private var position = 0
  private(set) var isVerified = false

  init(_ file: HubFile) {
    self.file = file
    digest = ContentDigest(file)
  }

  mutating func add(_ bytes: [UInt8], at offset: Int) throws {
    guard offset == position, !bytes.isEmpty else { return }
    bytes.withUnsafeBytes { digest.update($0) }
    position += bytes.count
    guard position == file.size, digest.isKnown else { return }
    guard let mismatch = digest.mismatch() else {
      isVerified = true
      return
    }
    throw HubError(
      .checksumMismatch,
      "\(file.path) has the checksum \(mismatch.found), the hub names \(mismatch.expected)",
      mend:
        "Something between the hub and this machine changes the content, for example a proxy; try another network."
    )
  }
}
