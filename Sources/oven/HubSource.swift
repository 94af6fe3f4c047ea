import Baking
import Foundation
import Hub
import Tensors

/// A model of the hub as the source of a bake.
struct HubSource {
  let model: String
  let hub: HubOptions
  /// Never store the weights.
  let streams: Bool
  let screen: BakeScreen

  /// Finds the model, brings config and tokenizer into the cache, and says in `options` where the weights are.
  func open(into options: inout BakeOptions) async throws {
    let id = try HubModelID(model)
    let client = try HubClient(.fromEnvironment(ProcessInfo.processInfo.environment))
    var selection = hub.selection
    selection.requiresConfig = true
    selection.requiresTokenizer = options.needsTokenizer
    // What is baked already cannot be baked.
    selection.weights.removeAll { $0 == .openvino }
    if streams {
      try await stream(id, client, selection, into: &options)
    } else if selection.weights == [.gguf] {
      store(try await hub.download(model, selection, HubScreen()), in: &options)
    } else {
      try await arrive(id, client, selection, into: &options)
    }
  }

  /// Bakes each file of the weights as soon as it has been downloaded.
  private func arrive(
    _ id: HubModelID, _ client: HubClient, _ selection: FileSelection, into options: inout BakeOptions
  ) async throws {
    let small = HubScreen()
    let begun = DownloadPhase()
    let opening = try await client.open(id, revision: hub.revision, selecting: selection) { [screen] event in
      begun.isWeights ? screen.show(event) : small.show(event)
    }
    small.finish()
    switch opening {
    case .stored(let snapshot):
      small.show(snapshot)
      store(snapshot, in: &options)
    case .arriving(let arrival):
      screen.showBegin(of: arrival)
      options.source = URL(filePath: arrival.folder, directoryHint: .isDirectory)
      options.remoteWeights = ArrivingWeights(arrival: arrival, phase: begun)
      options.origin = .init(arrival.model.id, arrival.model.commit, arrival.model.files)
    }
  }

  /// Reads the weights from the hub while they are baked; only config and tokenizer are stored.
  private func stream(
    _ id: HubModelID, _ client: HubClient, _ selection: FileSelection, into options: inout BakeOptions
  ) async throws {
    var selection = selection
    selection.weights.removeAll { $0 == .gguf }
    let small = HubScreen()
    let stream = try await client.stream(id, revision: hub.revision, selecting: selection) { [screen] event in
      if case .waiting = event { screen.show(event) } else { small.show(event) }
    }
    small.finish()
    options.source = URL(filePath: stream.folder, directoryHint: .isDirectory)
    options.remoteWeights = StreamedWeights(readers: stream.weights)
    options.origin = .init(stream.model.id, stream.model.commit, stream.model.files)
  }

  /// Bakes from where the model lies in the cache.
  private func store(_ snapshot: HubSnapshot, in options: inout BakeOptions) {
    let folder = URL(filePath: snapshot.folder, directoryHint: .isDirectory)
    // The cache may have other files of the same model from before: a GGUF is named, not looked for. Where it is
    // split, the first part leads to the others.
    let gguf = snapshot.files.map(\.path).filter { $0.hasSuffix(".gguf") }.min()
    options.source = gguf.map { folder.appending(path: $0) } ?? folder
    options.origin = .init(snapshot.id, snapshot.commit, snapshot.files)
  }
}

/// Weights that are downloaded while they are baked. The download checks every file before a byte of it is read.
private struct ArrivingWeights: RemoteWeights {
  let arrival: HubArrival
  let phase: DownloadPhase

  var files: [any ByteSource] { arrival.weights }

  func byteCount(onDiskOf path: String) -> Int { arrival.byteCount(onDiskOf: path) }

  func accept() {
    phase.beginWeights()
    arrival.begin()
  }

  func begin(isResumed: Bool) {}
  func finish() throws -> [String] { [] }
  func cancel() { arrival.cancel() }
}

/// Weights that are read by ranges and never stored.
private struct StreamedWeights: RemoteWeights {
  let readers: [RemoteRangeReader]

  var files: [any ByteSource] { readers }

  func byteCount(onDiskOf path: String) -> Int { 0 }
  func accept() {}

  func begin(isResumed: Bool) {
    readers.forEach { $0.begin(isResumed: isResumed) }
    // Of files that are read much later only the headers were needed.
    readers.dropFirst().forEach { $0.releaseMemory() }
  }

  func cancel() { readers.forEach { $0.cancel() } }

  func finish() throws -> [String] {
    var checked = 0
    var notes: [String] = []
    for reader in readers {
      let name = reader.file.path
      switch try reader.finish() {
      case nil: checked += 1
      case .noChecksum: notes.append("\(name) was not checked: the hub names no SHA-256 of it")
      case .begunEarlier:
        notes.append("the SHA-256 of \(name) was not checked: an earlier run has read its beginning")
      case .mostlyUnused(let count):
        notes.append(
          "the SHA-256 of \(name) was not checked: \(Units.bytes(count)) of it were not needed and not fetched"
        )
      }
    }
    if checked > 0 {
      notes.insert("streamed: the SHA-256 of \(checked) of \(readers.count) files was checked", at: 0)
    }
    return notes
  }
}

extension BakeOptions.Origin {
  /// A model of the hub with the sums that the hub knows.
  fileprivate init(_ id: HubModelID, _ commit: String, _ files: [HubFile]) {
    let sums = files.compactMap { file in
      file.sha256.map { (URL(filePath: file.path).lastPathComponent, $0) }
    }
    self.init(
      modelID: id.description, revision: commit,
      sums: Dictionary(sums, uniquingKeysWith: { first, _ in first }))
  }
}
