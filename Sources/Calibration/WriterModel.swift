import Baking
import Files
import Foundation
import OpenVINO

/// The model that a text is written with: a temporary bake in 8 bits, which predicts as the unquantised weights do to
/// within some thousandths of a nat, and whose weights Oven's own products read from the mapped file. So they take no
/// memory of this process, however many there are.
struct WriterModel {
  let core: Core
  let model: CalibrationSubject

  static let folderName = "writer"

  /// Lends the compiled model. All of it is gone afterwards.
  func run<Result>(
    streams: Int, isCancelled: @escaping @Sendable () -> Bool, _ body: (CompiledModel) throws -> Result
  ) throws -> Result {
    let folder = model.workFolder.appending(path: Self.folderName)
    // A folder of its own each time: operations find their weights by this name.
    let identity = folder.path + UUID().uuidString
    defer {
      Removal.quietly(folder.path)
      core.withdrawWeights(identity)
      HostResources.releaseFreeMemory()
    }
    try bake(to: folder, isCancelled)
    return try body(compile(folder, identity, streams: streams))
  }

  private func compile(_ folder: URL, _ identity: String, streams: Int) throws -> CompiledModel {
    try core.provideWeights(folder.appending(path: "openvino_model.bin").path, as: identity)
    let read = try core.readModel(
      folder.appending(path: "openvino_model.xml").path, providedWeights: identity)
    _ = try read.placeWeights(identity, isExact: false, ownAttention: false)
    return try core.compile(
      read, for: "CPU",
      properties: [
        "INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "u8", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
        "NUM_STREAMS": .integer(streams), "INFERENCE_NUM_THREADS": .integer(streams),
        "ENABLE_CPU_PINNING": false,
      ])
  }

  private func bake(to folder: URL, _ isCancelled: @escaping @Sendable () -> Bool) throws {
    var options = model.options.plain(.int8, at: folder)
    options.replacesDestination = true
    options.needsTokenizer = false
    try Folders.make(model.workFolder.path)
    _ = try Bake(options).run(isCancelled: isCancelled)
  }
}
