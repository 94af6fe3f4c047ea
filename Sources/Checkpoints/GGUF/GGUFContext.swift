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
    headCount = try GGUFContext.int("attention.head_count", file)
    keyValueHeadCount =
      file.value("attention.head_count_kv") == nil
      ? headCount : try GGUFContext.int("attention.head_count_kv", file)
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
    if let layers = value.ints, let first = layers.first, first > 0 {
      guard layers.allSatisfy({ $0 == first }) else {
        throw CheckpointError(
          .unsupported, "\(file.name) has another '\(full)' in each layer, which is not supported")
      }
      return first
    }
    guard let number = value.int, number > 0, number < 1 << 31 else {
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

// MARK: - Tensors

extension GGUFContext {
  /// The tensors that `tensor` is at Hugging Face. One that is not known keeps its name, so that whoever plans
  /// the model reports it as unused.
  func translate(_ tensor: any StoredTensor) throws -> [any StoredTensor] {
    var parts = tensor.name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2, let suffix = parts.popLast() else { return [tensor] }
    var prefix = ""
    var names = architecture.globals
    if parts.count == 3, parts[0] == "blk", let layer = Int(parts[1]) {
      prefix = "\(architecture.layerPrefix)\(layer)."
      names = architecture.layer
      parts.removeFirst(2)
    }
    let stored = parts.joined(separator: ".")
    guard let name = names.first(where: { $0.stored == stored }) else { return [tensor] }
    return try apply(name.step, to: tensor, prefix + name.name + ".\(suffix)")
  }

  private func apply(_ step: GGUFArchitecture.Step, to tensor: any StoredTensor, _ name: String) throws
    -> [any StoredTensor]
  {
    let weight = Weight(tensor)
    switch step {
    case .dropped: return []
    case .same: return [RenamedTensor(name: name, base: tensor)]
    case .minusOne: return [DerivedTensor(name: name, weight.affine(offset: -1))]
    case .transposed where tensor.shape.rank == 2: return [DerivedTensor(name: name, weight.transposed())]
    case .transposed: return [RenamedTensor(name: name, base: tensor)]
    case .queryRows: return [try rotaryRows(tensor, heads: headCount, name)]
    case .keyRows: return [try rotaryRows(tensor, heads: keyValueHeadCount, name)]
    case .experts, .headNorms: return split(weight, name)
    case .interleavedHeads: return [try interleavedHeads(tensor, name)]
    }
  }

  /// Entry `i` of the first axis under the name with `i` in place of `*`.
  private func split(_ weight: Weight, _ name: String) -> [any StoredTensor] {
    let parts = name.split(separator: "*", maxSplits: 1).map(String.init)
    return (0..<weight.shape[0]).map { index in
      let part = weight.rows(index..<index + 1).reshaped(Shape(Array(weight.shape.dimensions.dropFirst())))
      return DerivedTensor(name: "\(parts[0])\(index)\(parts.dropFirst().first ?? "")", part)
    }
  }

  private func headSize(of tensor: any StoredTensor, heads: Int) throws(CheckpointError) -> Int {
    guard tensor.shape.rank <= 2, tensor.shape[0] % (2 * heads) == 0 else {
      throw CheckpointError(
        .malformed,
        "tensor '\(tensor.name)' of \(file.name) has the shape \(tensor.shape), not \(heads) heads")
    }
    return tensor.shape[0] / heads
  }

  private func rotaryRows(_ tensor: any StoredTensor, heads: Int, _ name: String) throws -> any StoredTensor {
    let size = try headSize(of: tensor, heads: heads)
    if tensor.shape.rank == 2 { return RotaryRowsTensor(name: name, base: tensor, headSize: size) }
    let order = (0..<tensor.shape[0]).map {
      $0 / size * size + $0 % size % (size / 2) * 2 + $0 % size / (size / 2)
    }
    return DerivedTensor(name: name, Weight(tensor).reordered(order))
  }

  /// Rows q, k, v of all heads each, as q, k, v of each head in turn.
  private func interleavedHeads(_ tensor: any StoredTensor, _ name: String) throws -> any StoredTensor {
    let size = try headSize(of: tensor, heads: 3 * headCount)
    let order = (0..<tensor.shape[0]).map { row in
      let (head, part) = (row / size / 3, row / size % 3)
      return (part * headCount + head) * size + row % size
    }
    return DerivedTensor(name: name, Weight(tensor).reordered(order))
  }
}
