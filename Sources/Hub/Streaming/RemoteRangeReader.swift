import NIOConcurrencyHelpers
import Tensors

/// How much of a remote file is kept and fetched ahead.
package struct ReadAheadPolicy: Sendable, Equatable {
  /// The bytes of one range request.
  package var segmentBytes: Int
  /// Range requests under way at once. `segmentBytes * (ahead + 2)` is what a reader takes that a single thread
  /// reads in order.
  package var ahead: Int

  /// The defaults take 32 MiB a reader, and less after its end was reached.
  package init(segmentBytes: Int = 4 << 20, ahead: Int = 6) {
    self.segmentBytes = max(1, segmentBytes)
    self.ahead = max(1, ahead)
  }
}

/// Reads one file of a model from the hub by ranges, without storing it.
///
/// Reading onward fetches ahead. Where a file is read from its first byte to its last, its SHA-256 is checked on
/// the way: the read that completes it throws if it is wrong. `begin` and `finish` allow for reads that are only
/// nearly in order. Several threads may read at once.
package final class RemoteRangeReader: ByteSource {
  package let name: String
  /// The file that is read.
  package var file: HubFile { remote.file }
  package var byteCount: Int { remote.file.size }

  private let remote: RemoteFile
  private let policy: ReadAheadPolicy
  private let segments: NIOLockedValueBox<SegmentCache>
  private let check: NIOLockedValueBox<StreamCheck>

  /// A reader of `file` of `model`. Nothing is fetched yet.
  /// - Throws: `HubError` of code `invalidName` or `offline`.
  package init(
    _ file: HubFile, of model: HubModel, client: HubClient, policy: ReadAheadPolicy = .init(),
    events: @escaping HubEventHandler = { _ in }
  ) throws(HubError) {
    guard !client.configuration.offline else {
      throw HubError(
        .offline, "\(file.path) of \(model.id) cannot be streamed: HF_HUB_OFFLINE is set", mend: "Unset it.")
    }
    remote = try RemoteFile(file, of: model, requester: client.requester, waiting: events)
    name = "\(model.id)/\(file.path)"
    self.policy = policy
    segments = NIOLockedValueBox(SegmentCache())
    check = NIOLockedValueBox(StreamCheck(file))
  }

  /// Frees what was fetched ahead; for readers that rest between two uses.
  package func releaseMemory() { segments.withLockedValue { $0.cancelUnused() } }

  deinit { segments.withLockedValue { $0.cancelUnused() } }

  /// Whether every byte was read in order and the checksum of all is that of the hub.
  package var isVerified: Bool { check.withLockedValue { $0.isVerified } }

  /// Says that the file will be read nearly in order from now on, and its sum computed.
  ///
  /// - Parameter isResumed: an earlier run has read its beginning, perhaps; then no byte is fetched for the sum alone.
  package func begin(isResumed: Bool) { check.withLockedValue { $0.begin(isResumed: isResumed) } }

  /// Completes the sum after the last read, and fetches small parts that nobody has read.
  /// - Returns: why the content is not checked, nil where it is and is right.
  /// - Throws: `HubError` of code `checksumMismatch`.
  package func finish() throws -> UncheckedReason? {
    try BlockingBridge.run { [self] in
      while let gap = check.withLockedValue({ $0.lastGap() }) { try await fill(gap) }
    }
    releaseMemory()
    return check.withLockedValue { $0.unchecked }
  }

  /// Ends all reads, now and later, with an error of code `cancelled`.
  package func cancel() { segments.withLockedValue { $0.close() } }

  /// Fills `buffer` from `offset` on, and blocks the calling thread meanwhile.
  /// - Throws: `TensorError` for a range outside of the file, `HubError` for everything else.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try checkRange(offset: offset, count: buffer.count)
    let target = BorrowedBuffer(bytes: buffer)
    try BlockingBridge.run { try await self.load(offset..<offset + target.bytes.count, into: target) }
  }

  /// The `count` bytes from `offset` on.
  /// - Throws: `TensorError` for a range outside of the file, `HubError` for everything else.
  package func bytes(at offset: Int, count: Int) async throws -> [UInt8] {
    try checkRange(offset: offset, count: count)
    let storage = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
    defer { storage.deallocate() }
    try await load(offset..<offset + count, into: BorrowedBuffer(bytes: storage))
    return [UInt8](storage)
  }

  /// Memory that the caller lends until the load has ended.
  private struct BorrowedBuffer: @unchecked Sendable {
    // Holds because the caller waits for the load, which alone writes here.
    let bytes: UnsafeMutableRawBufferPointer
  }

  private func load(_ range: Range<Int>, into target: BorrowedBuffer) async throws {
    guard !range.isEmpty else { return }
    let first = range.lowerBound / policy.segmentBytes
    let last = (range.upperBound - 1) / policy.segmentBytes
    if range.count <= glance, segments.withLockedValue({ $0.isElsewhere(first) }) {
      return try await glance(at: range, into: target)
    }
    let isOnward = segments.withLockedValue { $0.beginRead(first: first, last: last) }
    for index in first...last {
      let bytes = try await segment(
        index, fetchingTo: isOnward ? index + policy.ahead : min(last + 1, index + policy.ahead))
      let start = index * policy.segmentBytes
      let part = range.clamped(to: start..<start + bytes.count)
      bytes.withUnsafeBytes { source in
        let from = UnsafeRawBufferPointer(rebasing: source[part.lowerBound - start..<part.upperBound - start])
        let to = target.bytes[part.lowerBound - range.lowerBound..<part.upperBound - range.lowerBound]
        UnsafeMutableRawBufferPointer(rebasing: to).copyMemory(from: from)
      }
      segments.withLockedValue { $0.consumed(part.count, of: index, size: bytes.count) }
    }
  }

  /// Reads no longer than this of what is not there fetch no more than they need: the header of an archive's entry, a
  /// bias that is looked at beforehand.
  private var glance: Int { max(4096, policy.segmentBytes / 64) }

  private func glance(at range: Range<Int>, into target: BorrowedBuffer) async throws {
    if segments.withLockedValue({ $0.isClosed }) { throw cancelled }
    let bytes: [UInt8]
    do { bytes = try await remote.bytes(range, received: { _ in }) } catch { throw explained(error) }
    target.bytes.copyBytes(from: bytes)
  }

  /// The bytes of segment `index`, while those before `end` are requested too.
  private func segment(_ index: Int, fetchingTo end: Int) async throws -> [UInt8] {
    let count = (byteCount + policy.segmentBytes - 1) / policy.segmentBytes
    while true {
      let (task, wasAhead) = segments.withLockedValue { cache in
        let wasAhead = cache.has(index)
        for next in index..<max(index + 1, min(end, count)) { cache.add(next) { fetch(next) } }
        return (cache.wait(for: index), wasAhead)
      }
      let begin = ContinuousClock.now
      do {
        let bytes = try await task.value
        segments.withLockedValue { $0.waited(for: index, failed: false) }
        try await account(for: bytes, at: index * policy.segmentBytes)
        return bytes
      } catch {
        let isClosed = segments.withLockedValue { cache in
          cache.waited(for: index, failed: true)
          return cache.isClosed
        }
        if isClosed { throw cancelled }
        // What was fetched ahead may have failed long ago; that says nothing about now.
        let isOld = wasAhead && ContinuousClock.now - begin < .seconds(1)
        let isOutage = !(error is ContentSignal) && (error as? HubError)?.leavesEarlierReadsGood != false
        guard isOld, isOutage, !Task.isCancelled else { throw explained(error) }
      }
    }
  }

  private var cancelled: HubError { HubError(.cancelled, "reading \(name) was cancelled") }

  /// Takes a segment into the sum, and fetches what is missing before it once too much of the file has come early.
  private func account(for bytes: [UInt8], at offset: Int) async throws {
    let gap = try check.withLockedValue { check in
      try check.add(bytes, at: offset)
      return check.nextGap()
    }
    if let gap { try await fill(gap) }
  }

  private func fill(_ gap: Range<Int>) async throws {
    defer { check.withLockedValue { $0.gapFilled() } }
    var start = gap.lowerBound
    while start < gap.upperBound {
      if segments.withLockedValue({ $0.isClosed }) { throw cancelled }
      let end = min(start + policy.segmentBytes, gap.upperBound)
      let range = start..<end
      let bytes: [UInt8]
      do { bytes = try await remote.bytes(range, received: { _ in }) } catch { throw explained(error) }
      try check.withLockedValue { try $0.add(bytes, at: range.lowerBound) }
      start = end
    }
  }

  private func fetch(_ index: Int) -> Task<[UInt8], any Error> {
    BlockingBridge.start { [remote, range = range(of: index)] in
      try await remote.bytes(range, received: { _ in })
    }
  }

  private func range(of index: Int) -> Range<Int> {
    index * policy.segmentBytes..<min((index + 1) * policy.segmentBytes, byteCount)
  }

  private func explained(_ error: any Error) -> any Error {
    switch error as? ContentSignal {
    case .changed: HubError(.contentChanged, "\(name) changed on the server while it was being read")
    case .rangesIgnored:
      HubError(
        .noRanges, "the server cannot send parts of \(name)",
        mend: "Download it instead of streaming it.")
    case nil: error
    }
  }
}
