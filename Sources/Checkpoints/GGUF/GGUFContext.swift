import JSON
import Tensors

/// A GGUF file on its way to being a Hugging Face checkpoint.
struct GGUFContext {
  let file: GGUFFile
  let stored: TensorTable
  let architecture: GGUFArchitecture
  let layerCount: Int
  let headCount: Int
  private(set) var keyValueHeadCount: Int
  private(set) var layerNames: [GGUFArchitecture.Name]

  init(file: GGUFFile, stored: TensorTable, architecture: GGUFArchitecture) throws {
    self.file = file
    self.stored = stored
    self.architecture = architecture
    let blocks = try GGUFContext.int("block_count", file)
    let further = file.value("nextn_predict_layers")?.int ?? 0
    guard blocks <= 1024, further >= 0, further < blocks else {
      throw CheckpointError(
        .malformed,
        "\(file.name) has \(blocks) layers, \(further) of them for further tokens, which is not plausible")
    }
    layerCount = blocks - further
    let isWithout = architecture.hasNoAttention && file.value("attention.head_count")?.int == 0
    headCount = isWithout ? 1 : try GGUFContext.int("attention.head_count", file)
    layerNames = architecture.layer
    keyValueHeadCount = headCount
    keyValueHeadCount = try sharedHeadCount()
    if let own = architecture.ownLayer { layerNames = own(self) }
  }

  /// Key and value heads: one number, or one for each layer, 0 for those without attention. Where no layer says it, the
  /// keys' rows do.
  private func sharedHeadCount() throws -> Int {
    guard let value = file.value("attention.head_count_kv") else { return headCount }
    let counts = Set((value.ints ?? value.int.map { [$0] } ?? []).filter { $0 > 0 })
    if let only = counts.first, counts.count == 1, only < 1 << 16 { return only }
    if counts.isEmpty, let rows = firstTensor("attn_k.weight")?.shape[0], let size = headSize,
      rows % size == 0,
      rows > 0
    {
      return rows / size
    }
    guard counts.isEmpty || architecture.hasOwnHeads else {
      throw CheckpointError(
        .unsupported, "\(file.name) has other key-value heads in each layer, which is not supported")
    }
    return value.ints?.first { $0 > 0 } ?? headCount
  }

  /// The size of a head, where the file says it or a projection has it.
  var headSize: Int? {
    if let size = file.value("attention.key_length")?.int { return size > 0 ? size : nil }
    if let rows = firstTensor("attn_q.weight")?.shape[0], rows % headCount == 0, rows > 0 {
      return rows / headCount
    }
    return nil
  }

  /// The tensor of that name in the first layer that has one.
  func firstTensor(_ name: String) -> (any StoredTensor)? {
    (0..<layerCount).lazy.compactMap { stored.tensor(named: "blk.\($0).\(name)") }.first
  }

  /// Whether a layer has that tensor.
  func hasTensor(_ name: String, in layer: Int) -> Bool {
    stored.tensor(named: "blk.\(layer).\(name)") != nil
  }

  /// Whether a layer's attention has a window, where the file says so for each.
  func isSliding(_ layer: Int) -> Bool? {
    guard let pattern = file.value("attention.sliding_window_pattern")?.bools, layer < pattern.count else {
      return nil
    }
    return pattern[layer]
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

  /// A size that may be missing or 0; of an array, the first that is not.
  func size(_ key: String) -> Int? {
    guard let value = file.value(key) else { return nil }
    let number = value.int ?? value.ints?.first { $0 > 0 }
    return number.flatMap { (1..<1 << 31).contains($0) ? $0 : nil }
  }

  /// A floating-point number as it was before it became a float32, such as 1e-05. Nil where it is not there.
  func double(_ key: String) -> Double? {
    guard let value = file.value(key)?.double else { return nil }
    return Double(Float(value).description) ?? value
  }
}
