import Files
import NIOConcurrencyHelpers

/// What became of the wish to read a model.
package enum HubOpening: Sendable {
  /// All of it is in the cache.
  case stored(HubSnapshot)
  /// Its weights can be read while they are downloaded.
  case arriving(HubArrival)
  /// Its weights are read from the hub and not stored.
  case streaming(HubStream)
}

/// A model whose weights come into the cache while they are read.
package final class HubArrival: Sendable {
  /// The snapshot folder, with config and tokenizer in it.
  package let folder: String
  /// The model at its commit.
  package let model: HubModel
  /// The files of the weights in the order in which they come.
  package let weights: [ArrivingFile]

  private let client: HubClient
  private var cache: HubCache { HubCache(folder: client.configuration.cacheFolder, id: model.id) }
  private let files: [HubFile]
  private let events: HubEventHandler
  private let download = NIOLockedValueBox<Task<Void, Never>?>(nil)

  init(
    _ model: HubModel, folder: String, files: [HubFile], weights: [ArrivingFile], client: HubClient,
    events: @escaping HubEventHandler
  ) {
    self.folder = folder
    self.model = model
    self.files = files
    self.weights = weights
    self.client = client
    self.events = events
    weights.forEach { file in file.whenWholeOnly { [weak self] in self?.begin() } }
  }

  /// Bytes of the weights that are not in the cache yet.
  package var missingByteCount: Int { cache.missingByteCount(files, of: model) }

  /// Bytes that they will take of the disk of the folder `path`.
  package func byteCount(onDiskOf path: String) -> Int {
    guard let disk = FileStatus(at: path)?.device, disk == FileStatus(at: cache.folder)?.device else {
      return 0
    }
    return missingByteCount
  }

  /// Begins the download; does nothing the second time. It ends with the last file, or with `cancel`.
  package func begin() {
    download.withLockedValue { task in
      guard task == nil else { return }
      weights.forEach { $0.expect() }
      // Not on Swift's own pool: its threads may all be waiting in reads.
      task = BlockingBridge.start { [self] in await run() }
    }
  }

  /// Ends the download and all reads that wait for it. What has arrived stays in the cache.
  package func cancel() {
    download.withLockedValue { $0 }?.cancel()
    let error = HubError(.cancelled, "the download was cancelled")
    weights.forEach { $0.fail(error) }
  }

  private func run() async {
    do throws(HubError) {
      _ = try await client.download(model, files: files) { [weights, events] event in
        if case .ready(let file, _) = event {
          weights.first { $0.file.path == file.path }?.arrived()
        }
        events(event)
      }
    } catch {
      weights.forEach { $0.fail(error) }
    }
  }
}

extension HubClient {
  /// Opens a model for reading: from the cache where it has all of it, or while it is downloaded.
  ///
  /// Config and tokenizer are in the cache when this returns, and there is room for the weights.
  /// - Parameter stores: false to read weights that are not in the cache from the hub, and to store none.
  /// - Throws: `HubError` as `download`.
  package func open(
    _ id: HubModelID, revision: String = "main", selecting selection: FileSelection = .init(),
    stores: Bool = true, events: @escaping HubEventHandler = { _ in }
  ) async throws(HubError) -> HubOpening {
    let model: HubModel
    switch try await resolve(id, revision, selection, events) {
    case .snapshot(let snapshot): return .stored(snapshot)
    case .model(let found): model = found
    }
    let files = try selection.files(of: model)
    let cache = HubCache(folder: configuration.cacheFolder, id: id)
    let tensors = files.filter { WeightFiles.isWeights($0) }
    let isStored = tensors.allSatisfy { cache.has($0, commit: model.commit) }
    if !stores, !isStored { return .streaming(try await stream(model, files: files, events: events)) }
    guard !isStored, tensors.allSatisfy({ WeightFiles.hasReadableHeader($0) }) else {
      return .stored(try await download(model, files: files, events: events))
    }
    try checkSpace(for: files, of: model, in: cache)
    let companions = files.filter { !WeightFiles.isWeights($0) }
    let snapshot = try await download(model, files: companions, events: events)
    do {
      let weights = try tensors.map { file in
        let path = cache.pointer(model.commit, file.path)
        if Disk.fileSize(path) == file.size { return try ArrivingFile(file, present: path) }
        let header = try RemoteRangeReader(
          file, of: model, client: self, policy: .init(segmentBytes: 1 << 18, ahead: 1), events: events)
        return ArrivingFile(file, path: path, header: header)
      }
      return .arriving(
        HubArrival(
          model, folder: snapshot.folder, files: tensors, weights: weights, client: self, events: events))
    } catch {
      throw HubError.wrapping(error)
    }
  }
}
