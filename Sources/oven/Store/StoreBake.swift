import Baking
import Files
import Foundation
import Hub

/// Brings a checkpoint or a model of the hub into the store, unless it is there.
struct StoreBake {
  let store: ModelStore
  let hub: HubOptions
  let calibration: CalibrationOptions
  let weights: WeightOptions
  /// Told how far it is, besides the terminal.
  var tell: FetchTeller?

  /// A bake with the options that a model gets without any.
  init(store: ModelStore, hub: HubOptions, tell: FetchTeller? = nil) throws {
    self.store = store
    self.hub = hub
    self.tell = tell
    calibration = try CalibrationOptions.parse([])
    weights = try WeightOptions.parse([])
  }

  /// A checkpoint on this machine.
  /// - Returns: the name in the store.
  func checkpoint(_ path: String) async throws -> String {
    let source = Folders.realPath(path) ?? path
    let stamp = SourceStamp(source)
    let name = freeName(for: source)
    let note = store.note(of: name)
    let isThere = store.names.contains(name)
    if isThere, note.sourceSize == stamp.size, note.sourceModified == stamp.modified { return name }
    if isThere {
      Terminal.error.line("note: \(path) has changed since it was baked: it is baked again")
    }
    let options = try self.options(source: URL(filePath: source), name: name, replaces: isThere)
    try await bake(options, remote: nil, name: name)
    var fresh = ModelNote()
    (fresh.source, fresh.sourceSize, fresh.sourceModified) = (source, stamp.size, stamp.modified)
    store.remember(fresh, of: name)
    return name
  }

  /// A model of the hub: baked while it comes in, or, where it is published in OpenVINO's form, used as it is.
  /// - Returns: the name in the store.
  func hub(_ id: String, file: String?) async throws -> String {
    let name = ModelName.stored(hub: id, file: file)
    if store.names.contains(name) { return name }
    var hub = hub
    if let file { hub.gguf = file }
    let options = try self.options(source: URL(filePath: "."), name: name, replaces: false)
    do {
      try await bake(options, remote: .init(model: id, hub: hub), name: name)
    } catch let error as HubError where error.code == .missingFile && file == nil {
      // Nothing to bake: it may be one that somebody has baked already.
      guard let folder = try? await readyMade(id, hub) else { throw error }
      let place = store.place(name)
      try Folders.make(Folders.parent(of: place))
      try Links.make(place, to: folder)
    }
    var note = ModelNote()
    note.source = name
    store.remember(note, of: name)
    return name
  }

  private func readyMade(_ id: String, _ hub: HubOptions) async throws -> String {
    var selection = FileSelection(weights: [.openvino])
    selection.requiresConfig = true
    return try await hub.download(id, selection, HubScreen(tell: tell)).folder
  }

  private func options(source: URL, name: String, replaces: Bool) throws -> BakeOptions {
    var options = BakeOptions(
      source: source, destination: URL(filePath: store.place(name)), recipe: weights.request)
    options.settingName = { $0.option }
    options.recipe.awq = calibration.wantsDataFreeAWQ
    options.replacesDestination = replaces
    // What an earlier run was stopped in the middle of.
    options.resumes = true
    return options
  }

  private func bake(_ options: BakeOptions, remote: BakeRun.Remote?, name: String) async throws {
    let screen = BakeScreen(tell: tell)
    defer { screen.finish() }
    screen.line("Baking into the store as \(name)")
    let run = BakeRun(
      options: options,
      calibration: BakeCalibration(
        options: calibration, weights: options.recipe, isRemote: remote != nil),
      remote: remote)
    screen.show(summaryOf: try await run.run(screen))
  }

  /// The file's name without its ending, or the folder's; with a number where the store has another source's model of
  /// that name.
  private func freeName(for source: String) -> String {
    var base = source.split(separator: "/").last.map(String.init) ?? "model"
    for ending in [".gguf", ".safetensors"] where base.lowercased().hasSuffix(ending) {
      base = String(base.dropLast(ending.count))
    }
    if let part = base.range(of: "-00001-of-") { base = String(base[..<part.lowerBound]) }
    // A hidden name would not be listed, and a snapshot of the hub's cache is a commit.
    if base.hasPrefix(".") || base.isEmpty { base = "model" + base }
    let names = Set(store.names)
    var (name, number) = (base, 2)
    while names.contains(name), store.note(of: name).source != source {
      name = "\(base)-\(number)"
      number += 1
    }
    return name
  }
}

/// What tells whether a checkpoint is still the one that was baked: the sizes of its files, and the youngest's date.
private struct SourceStamp {
  private(set) var size = 0
  private(set) var modified = 0

  init(_ path: String) {
    guard let status = FileStatus(at: path) else { return }
    guard status.isFolder else {
      add(status)
      return
    }
    for name in Folders.readableNames(in: path) {
      if let file = FileStatus(at: path + "/" + name), !file.isFolder { add(file) }
    }
  }

  private mutating func add(_ file: FileStatus) {
    size += file.size
    modified = max(modified, file.modifiedNanoseconds)
  }
}
