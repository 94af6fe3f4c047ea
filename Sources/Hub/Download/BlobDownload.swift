import Files
import NIOConcurrencyHelpers
import NIOCore

/// Brings one file of a model into the cache.
package struct BlobDownload: Sendable {
  package let model: HubModel
  package let cache: HubCache
  package let requester: HubRequester
  package let meter: ProgressMeter

  /// Fetches what is missing, checks it and links it into the snapshot.
  /// - Returns: the path in the snapshot.
  package func run(_ listed: HubFile) async throws -> String {
    let path = cache.pointer(model.commit, listed.path)
    if Disk.fileSize(path) == listed.size {
      meter.reused(listed.size)
    } else {
      let file = listed.etag == nil ? try await named(listed) : listed
      try await bring(file, as: file.etag ?? "")
    }
    meter.finished(listed, path: path)
    return path
  }

  private func bring(_ file: HubFile, as etag: String) async throws {
    let blob = cache.blob(etag)
    if Disk.fileSize(blob) != file.size {
      let lock = try await takeLock(etag)
      // Another process may have finished it while we waited for the lock.
      if Disk.fileSize(blob) != file.size {
        try await fetch(file, to: blob, etag: etag)
      } else {
        meter.reused(file.size)
      }
      withExtendedLifetime(lock) {}
    } else {
      meter.reused(file.size)
    }
    try cache.point(file.path, commit: model.commit, to: etag)
  }

  /// Asks the server for the name of the content, where the listing does not tell it.
  private func named(_ file: HubFile) async throws -> HubFile {
    let url = try requester.address.content(model.id, commit: model.commit, path: file.path)
    let failure = requester.failure(model.id, revision: model.revision, path: file.path)
    let answer = try await requester.repeating { _ in
      try await requester.attempt(.HEAD, url, failure: failure, followsRedirections: false)
    }
    var etag = answer.headers.first(name: "X-Linked-Etag") ?? answer.headers.first(name: "ETag") ?? ""
    if etag.hasPrefix("W/") { etag.removeFirst(2) }
    etag = etag.filter { $0 != "\"" }
    guard SafeName.isSafeBlobName(etag) else {
      throw HubError(.serverFailure, "the hub names no usable ETag for \(file.path) of \(model.id)")
    }
    var file = file
    file.etag = etag
    return file
  }

  private func takeLock(_ etag: String) async throws -> CacheFile {
    let lock = try CacheFile(cache.lock(etag), permissions: 0o664)
    var told = false
    while !(try lock.tryLock()) {
      if !told { meter.tell(.waiting(.zero, reason: "another process is downloading the same file")) }
      told = true
      try await requester.time.sleep(.milliseconds(250))
      try Task.checkCancellation()
    }
    return lock
  }

  private func fetch(_ file: HubFile, to blob: String, etag: String) async throws {
    let partial = try PartialBlob(cache.partialBlob(etag), for: file)
    let counted = NIOLockedValueBox(partial.length)
    meter.reused(partial.length)
    let remote = try RemoteFile(file, of: model, requester: requester) { [meter] in meter.tell($0) }
    let transfer = Transfer(remote: remote, policy: requester.configuration.segments) { [meter] count in
      counted.withLockedValue { $0 += count }
      meter.fetched(count)
    }
    // One repetition from the start: a partial file of unknown origin may have been wrong, or the content changed.
    for isLast in [false, true] {
      var fault: HubError?
      do {
        try await transfer.run(into: partial)
        fault = partial.fault()
      } catch ContentSignal.changed {
        fault = HubError(
          .contentChanged, "\(file.path) of \(model.id) changed on the server while it was being read")
      }
      guard let fault else { break }
      try partial.reset()
      if isLast {
        partial.discard()
        throw fault
      }
      remote.forget()
      meter.reused(
        -counted.withLockedValue { count in
          defer { count = 0 }
          return count
        })
      meter.tell(.again(file, reason: fault.message))
    }
    try partial.publish(as: blob)
  }
}

/// Moves the bytes of one file, by parallel ranges where that pays.
struct Transfer: Sendable {
  let remote: RemoteFile
  let policy: SegmentPolicy
  let received: @Sendable (Int) -> Void

  func run(into partial: PartialBlob) async throws {
    guard partial.length < remote.file.size else { return }
    if remote.file.size - partial.length > 2 * policy.bytes {
      do {
        return try await runSegments(into: partial)
      } catch ContentSignal.rangesIgnored {
        // One stream then.
      }
    }
    try await runStream(into: partial)
  }

  private func runStream(into partial: PartialBlob) async throws {
    try await remote.stream(from: partial.length) { part in
      let result = part.withUnsafeReadableBytes { bytes in
        Result { () throws(HubError) in try partial.append(bytes) }
      }
      try result.get()
      received(part.readableBytes)
    } restart: {
      received(-partial.length)
      try partial.reset()
    }
  }

  private func runSegments(into partial: PartialBlob) async throws {
    var window = SegmentWindow<[UInt8]>(
      partial.length..<remote.file.size, size: policy.bytes, ahead: policy.parallel)
    let remote = remote
    let received = received
    try await withThrowingTaskGroup(of: (Range<Int>, [UInt8]).self) { group in
      while let range = window.issue() {
        group.addTask { (range, try await remote.bytes(range, received: received)) }
      }
      while let (range, bytes) = try await group.next() {
        for piece in window.finished(range, bytes) {
          let result = piece.withUnsafeBytes { bytes in
            Result { () throws(HubError) in try partial.append(bytes) }
          }
          try result.get()
        }
        while let range = window.issue() {
          group.addTask { (range, try await remote.bytes(range, received: received)) }
        }
      }
    }
  }
}
