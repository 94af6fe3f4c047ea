import JSON
import Tensors

/// A GGUF file on its way to being a Hugging Face checkpoint.
struct GGUFContext {
  let file: GGUFFile
  let stored: TensorTable
  let architecture: GGUFArchitecture
  let layerCount: Int
  let headCount: Int
  let keyValueHeadCount: Int

  init(file: GGUFFile, stored: TensorTable, architecture: GGUFArchitecture) throws {
    self.file = file
    self.stored = stored
    self.architecture = architecture
    layerCount = try GGUFContext.int("block_count", file)
    guard layerCount <= 1024 else {
      throw CheckpointError(.malformed, "\(file.name) has \(layerCount) layers, which is not plausible")
    }
    headCount = try GGUFContext.int("attention.head_count", file)
    let key = "attention.head_count_kv"
    keyValueHeadCount = file.value(key) == nil ? headCount : try GGUFContext.int(key, file)
  }

  /// The number of experts, nil for a dense model.
  var expertCount: Int? {
    guard let count = file.value("expert_count")?.int, count > 0 else { return nil }
    return count
  }

  /// Whether the first layer has that tensor.
  func hasLayerTensor(_ name: String) -> Bool { stored.tensor(named: "blk.0.\(name)") != nil }

  /// A positive integer that the architecture must have.
  func int(_ key: String) throws -> Int { try GGUFContext.int(key, file) }

  /// A positive integer of the metadata. An array of the same number for every layer counts as the number.
  private static func int(_ key: String, _ file: GGUFFile) throws -> Int {
    let full = "\(file.architecture ?? "").\(key)"
    guard let value = file[full] else {
      throw CheckpointError(.malformed, "\(file.name) has no metadata '\(full)'")
    }
    var number = value.int
    if let layers = value.ints, let first = layers.first {
      guard layers.allSatisfy({ $0 == first }) else {
        throw CheckpointError(
          .unsupported, "\(file.name) has another '\(full)' in each layer, which is not supported")
      }
      number = first
    }
    guard let number, number > 0, number < 1 << 31 else {
      throw CheckpointError(.malformed, "'\(full)' of \(file.name) is not a plausible number")
    }
    return number
  }

  /// A floating-point number as it was before it became a float32, such as 1e-05. Nil where it is not there.
  func double(_ key: String) -> Double? {
    guard let value = file.value(key)?.double else { return nil }
    return Double(Float(value).description) ?? value
  }
}
