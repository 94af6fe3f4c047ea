import NIOConcurrencyHelpers
import Tensors

/// How much of a remote file is kept and fetched ahead.
public struct ReadAheadPolicy: Sendable, Equatable {
  /// The bytes of one range request.
  public var segmentBytes: Int
  /// Range requests under way at once; `segmentBytes * (ahead + 2)` is the most memory that a reader takes.
  public var ahead: Int

  /// The defaults take at most 32 MiB a reader, and less after its end was reached.
  public init(segmentBytes: Int = 4 << 20, ahead: Int = 6) {
    self.segmentBytes = max(1, segmentBytes)
    self.ahead = max(1, ahead)
  }
}

/// Reads one file of a model from the hub by ranges, without storing it.
///
/// Reading onward fetches ahead. Where a file is read from its first byte to its last, its SHA-256 is checked on
/// the way: the read that completes it throws if it is wrong. Several threads may read at once.
public final class RemoteRangeReader: ByteSource {
  public let name: String
  /// The file that is read.
  public var file: HubFile { remote.file }
  public var byteCount: Int { remote.file.size }

  private let remote: RemoteFile
  private let policy: ReadAheadPolicy
  private let segments: NIOLockedValueBox<SegmentCache>
  private let check: NIOLockedValueBox<StreamCheck>

  /// A reader of `file` of `model`. Nothing is fetched yet.
  /// - Throws: `HubError` of code `invalidName` or `offline`.
  public init(
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
  public func releaseMemory() { segments.withLockedValue { $0.cancelUnused() } }

  deinit { segments.withLockedValue { $0.cancelUnused() } }

  /// Whether every byte was read in order and the checksum of all is that of the hub.
  public var isVerified: Bool { check.withLockedValue { $0.isVerified } }

  /// Fills `buffer` from `offset` on, and blocks the calling thread meanwhile.
  /// - Throws: `TensorError` for a range outside of the file, `HubError` for everything else.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try checkRange(offset: offset, count: buffer.count)
    let target = BorrowedBuffer(bytes: buffer)
    try BlockingBridge.run { try await self.load(offset..<offset + target.bytes.count, into: target) }
  }

  /// The `count` bytes from `offset` on.
  /// - Throws: `TensorError` for a range outside of the file, `HubError` for everything else.
  public func bytes(at offset: Int, count: Int) async throws -> [UInt8] {
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
      // Whoever has read to the end of a segment will not come back to it.
      if part.upperBound == start + bytes.count { segments.withLockedValue { $0.drop(index) } }
    }
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
      do {
        let bytes = try await task.value
        segments.withLockedValue { $0.waited(for: index, failed: false) }
        try check.withLockedValue { try $0.add(bytes, at: index * policy.segmentBytes) }
        return bytes
      } catch {
        segments.withLockedValue { $0.waited(for: index, failed: true) }
        // What was fetched ahead may have failed long ago; that says nothing about now.
        guard wasAhead, !Task.isCancelled, (error as? HubError)?.code != .checksumMismatch else {
          throw explained(error)
        }
      }
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
        .serverFailure, "the server cannot send parts of \(name)",
        mend: "Download it instead of streaming it.")
    case nil: error
    }
  }
}
