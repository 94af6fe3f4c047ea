import Errors
import Files

/// Reads models from a hub of Hugging Face's kind, and keeps them in the cache that its other clients use.
package struct HubClient: Sendable {
  /// Where the hub and the cache are.
  package var configuration: HubConfiguration { requester.configuration }
  package let requester: HubRequester

  /// Makes a client. Nothing is sent yet.
  /// - Throws: `HubError` of code `invalidName` for an endpoint that is no address.
  package init(_ configuration: HubConfiguration, time: HubTime = .system) throws(HubError) {
    requester = try HubRequester(configuration, time: time)
  }

  /// The listing of `id` at `revision` (a branch, a tag or a commit).
  /// - Throws: `HubError`: `offline`, `notFound`, `unauthorized`, `gated`, `rateLimited`, `unreachable`, …
  package func model(
    _ id: HubModelID, revision: String = "main", events: @escaping HubEventHandler = { _ in }
  ) async throws(HubError) -> HubModel {
    try SafeName.checkRevision(revision)
    if configuration.offline { throw offline(id, revision) }
    let url = try requester.address.listing(id, revision: revision)
    let failure = requester.failure(id, revision: revision, path: nil)
    do {
      // Fewer attempts than for content: nothing is lost yet, and a user waits for the first sign of life.
      let bytes = try await requester.repeating(attempts: 4, waiting: events) { _ in
        let answer = try await requester.attempt(.GET, url, failure: failure)
        return try await requester.bytes(of: answer, limit: ListingReader.byteLimit)
      }
      return try ListingReader.model(id: id, revision: revision, bytes: bytes)
    } catch {
      throw HubError.wrapping(error)
    }
  }

  /// Sees to it that the selected files of a model are in the cache.
  ///
  /// Files that any tool has brought there are not fetched again. Where the hub cannot be reached, or must not
  /// be, a complete earlier download will do; `HubSnapshot.origin` tells.
  /// - Throws: `HubError`. What has arrived stays and is used by the next call.
  package func download(
    _ id: HubModelID, revision: String = "main", selecting selection: FileSelection = .init(),
    events: @escaping HubEventHandler = { _ in }
  ) async throws(HubError) -> HubSnapshot {
    switch try await resolve(id, revision, selection, events) {
    case .snapshot(let snapshot): return snapshot
    case .model(let model):
      return try await download(model, files: try selection.files(of: model), events: events)
    }
  }

  /// What is known about a model: the hub's listing, or an earlier download where there is no network.
  enum Resolution {
    case model(HubModel)
    case snapshot(HubSnapshot)
  }

  func resolve(
    _ id: HubModelID, _ revision: String, _ selection: FileSelection, _ events: @escaping HubEventHandler
  ) async throws(HubError) -> Resolution {
    try SafeName.checkRevision(revision)
    if configuration.offline {
      guard let snapshot = try cached(id, revision, selection, .offlineCache) else {
        throw offline(id, revision)
      }
      return .snapshot(snapshot)
    }
    do throws(HubError) {
      return .model(try await model(id, revision: revision, events: events))
    } catch {
      let isOutage = error.code == .unreachable || error.code == .serverFailure
      if isOutage, let snapshot = try? cached(id, revision, selection, .cacheAfterFailure(error.message)) {
        return .snapshot(snapshot)
      }
      throw error
    }
  }

  /// Sees to it that `files` of `model` are in the cache: small ones first, several at once; then the big ones one
  /// by one by parallel ranges, so that the first can be used while the others come in.
  /// - Throws: `HubError`; `diskFull` before anything is fetched.
  package func download(
    _ model: HubModel, files: [HubFile], events: @escaping HubEventHandler = { _ in }
  ) async throws(HubError) -> HubSnapshot {
    let cache = HubCache(folder: configuration.cacheFolder, id: model.id)
    try checkSpace(for: files, of: model, in: cache)
    let meter = ProgressMeter(files: files, now: requester.time.now, handler: events)
    let download = BlobDownload(model: model, cache: cache, requester: requester, meter: meter)
    do {
      try cache.prepare()
      let limit = 2 * configuration.segments.bytes
      try await downloadTogether(files.filter { $0.size <= limit }, download)
      for file in files where file.size > limit { _ = try await download.run(file) }
      try cache.remember(revision: model.revision, commit: model.commit)
    } catch {
      throw HubError.wrapping(error)
    }
    return HubSnapshot(
      folder: cache.snapshot(model.commit), id: model.id, revision: model.revision, commit: model.commit,
      files: files, bytesFetched: meter.current.bytesFetched, origin: .hub)
  }

  /// The folder of an earlier download of `revision`, complete or not, without any network use.
  package func cachedSnapshot(_ id: HubModelID, revision: String = "main") -> String? {
    HubCache(folder: configuration.cacheFolder, id: id).snapshotFolder(revision: revision)
  }

  private func downloadTogether(_ files: [HubFile], _ download: BlobDownload) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, file) in files.enumerated() {
        if index >= configuration.segments.filesAtOnce { try await group.next() }
        group.addTask { _ = try await download.run(file) }
      }
      try await group.waitForAll()
    }
  }

  /// An earlier download of `revision` that has all that `selection` asks for.
  /// - Throws: `HubError` of code `missingFile` for one that is not complete.
  private func cached(
    _ id: HubModelID, _ revision: String, _ selection: FileSelection, _ origin: HubSnapshot.Origin
  ) throws(HubError) -> HubSnapshot? {
    let cache = HubCache(folder: configuration.cacheFolder, id: id)
    guard let model = cache.localModel(revision: revision) else { return nil }
    let files = try selection.files(of: model)
    return HubSnapshot(
      folder: cache.snapshot(model.commit), id: id, revision: revision, commit: model.commit, files: files,
      bytesFetched: 0, origin: origin)
  }

  private func offline(_ id: HubModelID, _ revision: String) -> HubError {
    HubError(
      .offline,
      "\(id) at revision \(revision) is not in \(configuration.cacheFolder), and HF_HUB_OFFLINE is set",
      mend: "Unset HF_HUB_OFFLINE to download it, or set HF_HUB_CACHE to the folder that has it.")
  }

  func checkSpace(for files: [HubFile], of model: HubModel, in cache: HubCache) throws(HubError) {
    let needed = cache.missingByteCount(files, of: model)
    guard needed > 0, let free = Folders.freeSpace(cache.folder) else { return }
    // A little is left for the folders and for whatever else writes to the disk.
    guard free >= needed + min(needed / 50, 256 << 20) else {
      throw HubError(
        .diskFull,
        "\(model.id) needs \(ByteCount(needed)) more in \(cache.folder), where \(ByteCount(free)) are free",
        advice:
          "Free some space, choose another disk with HF_HUB_CACHE, or bake with \(setting: .stream), which stores no source."
      )
    }
  }
}

/// A number of bytes as people read it, in powers of 1000.
package struct ByteCount: CustomStringConvertible {
  package var count: Int

  package init(_ count: Int) { self.count = count }

  package var description: String {
    let units = ["kB", "MB", "GB", "TB"]
    var value = Double(count) / 1000
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    if count < 1000 { return "\(count) bytes" }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
