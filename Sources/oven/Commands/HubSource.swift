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
    // Nothing of a GGUF file can be used before most of it is there.
    if streams { selection.weights.removeAll { $0 == .gguf } }
    guard !selection.weights.isEmpty else {
      throw BakeError(
        .usage, "there is nothing to \(streams ? "stream" : "bake") in weights of that kind",
        why: streams
          ? "a GGUF or OpenVINO file cannot be baked from parts" : "an OpenVINO model is baked already",
        mend: streams
          ? "leave --stream out, or choose safetensors or torch" : "choose safetensors, torch or gguf")
    }
    if selection.weights == [.gguf] {
      return store(try await hub.download(model, selection, HubScreen(tell: screen.tell)), in: &options)
    }
    let small = HubScreen(tell: screen.tell)
    let phase = DownloadPhase()
    let opening = try await client.open(
      id, revision: hub.revision, selecting: selection, stores: !streams
    ) { [screen] event in
      phase.isWeights ? screen.show(event) : small.show(event)
    }
    small.finish()
    switch opening {
    case .stored(let snapshot):
      small.show(snapshot)
      store(snapshot, in: &options)
    case .arriving(let arrival):
      screen.showBegin(of: arrival)
      read(arrival.model, arrival.folder, ArrivingWeights(arrival: arrival, phase: phase), in: &options)
    case .streaming(let stream):
      let weights = StreamedWeights(readers: stream.weights, phase: phase)
      read(stream.model, stream.folder, weights, in: &options)
    }
  }

  /// Bakes weights that come from the hub meanwhile.
  private func read(
    _ model: HubModel, _ folder: String, _ weights: any RemoteWeights, in options: inout BakeOptions
  ) {
    options.source = URL(filePath: folder, directoryHint: .isDirectory)
    options.remoteWeights = weights
    options.origin = .init(model.id, model.commit, model.files)
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
  let phase: DownloadPhase

  var files: [any ByteSource] { readers }

  func byteCount(onDiskOf path: String) -> Int { 0 }
  func accept() { phase.beginWeights() }

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
