import Tensors

extension GGUFContext {
  /// The tensors that `tensor` is at Hugging Face. One that is not known keeps its name, so that whoever plans
  /// the model reports it as unused.
  func translate(_ tensor: any StoredTensor) throws -> [any StoredTensor] {
    var parts = tensor.name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 2 else { return [tensor] }
    var prefix = ""
    var names = architecture.globals
    if parts.count >= 3, parts[0] == "blk", let layer = Int(parts[1]) {
      // Layers behind the last only predict further tokens.
      if layer >= layerCount { return [] }
      prefix = "\(architecture.layerPrefix)\(layer)."
      names = layerNames
      parts.removeFirst(2)
    }
    let whole = parts.joined(separator: ".")
    if let name = names.first(where: { $0.stored == whole }) {
      return try apply(name.step, to: tensor, prefix + name.name)
    }
    guard parts.count >= 2, let suffix = parts.popLast() else { return [tensor] }
    let stored = parts.joined(separator: ".")
    if let name = names.first(where: { $0.stored == stored }) {
      return try apply(name.step, to: tensor, "\(prefix)\(name.name).\(suffix)")
    }
    // Files of 2023 have a tensor for each expert: blk.0.ffn_gate.5.weight.
    if parts.count == 2, let expert = Int(parts[1]),
      let name = names.first(where: { $0.stored == "\(parts[0])_exps" }), case .experts = name.step
    {
      let full = "\(prefix)\(name.name).\(suffix)"
      return [RenamedTensor(name: GGUFContext.fill(full, with: String(expert)), base: tensor)]
    }
    return [tensor]
  }

  private func apply(_ step: GGUFArchitecture.Step, to tensor: any StoredTensor, _ name: String) throws
    -> [any StoredTensor]
  {
    let weight = Weight(tensor)
    switch step {
    case .dropped: return []
    case .minusOne: return [DerivedTensor(name: name, weight.affine(offset: -1))]
    case .transposed where tensor.shape.rank == 2:
      return [ExchangedTensor(untransposed: RenamedTensor(name: name, base: tensor))]
    case .same, .transposed: return [RenamedTensor(name: name, base: tensor)]
    case .queryRows: return [try rotaryRows(tensor, heads: headCount, name)]
    case .keyRows: return [try rotaryRows(tensor, heads: keyValueHeadCount, name)]
    case .experts, .headNorms: return try split(weight, name)
    case .interleavedHeads: return [try interleavedHeads(tensor, name)]
    case .separate: return try separate(tensor, name)
    case .fusedWithUp: return [try fusedWithUp(tensor, name)]
    case .interleavedWithUp: return [try interleavedWithUp(tensor, name)]
    case .row: return [DerivedTensor(name: name, weight.reshaped([1, weight.shape.elementCount]))]
    case .flattened: return [DerivedTensor(name: name, weight.reshaped([weight.shape.elementCount]))]
    case .stacked:
      guard tensor.shape.rank == 3 else { throw malformed(tensor, "a batch of matrices") }
      let shape = tensor.shape
      return [DerivedTensor(name: name, weight.reshaped([shape[0] * shape[1], shape[2]]))]
    case .exchanged:
      guard (2...3).contains(tensor.shape.rank) else {
        throw malformed(tensor, "a matrix or a batch of them")
      }
      return [ExchangedTensor(untransposed: RenamedTensor(name: name, base: tensor))]
    case .filter:
      guard tensor.shape.rank == 2 else { throw malformed(tensor, "a filter for each channel") }
      return [DerivedTensor(name: name, weight.reshaped([tensor.shape[0], 1, tensor.shape[1]]))]
    case .decay: return [decayLogarithm(tensor, name)]
    case .untiled(let part): return [try untiled(tensor, part, name)]
    case .mixedStrengths: return try mixedStrengths(tensor, name)
    case .groupedHeads: return [try groupedHeads(tensor, name)]
    case .latentKeys: return [try latentKeys(tensor, name)]
    case .then(let first, let second):
      return try apply(first, to: tensor, name).flatMap { try apply(second, to: $0, name) }
    }
  }

  /// More experts or heads than any model has; each becomes a tensor.
  static let maximumPartCount = 4096

  static func fill(_ name: String, with text: String) -> String {
    name.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false).joined(separator: text)
  }

  func malformed(_ tensor: any StoredTensor, _ expected: String) -> CheckpointError {
    CheckpointError(
      .malformed, "tensor '\(tensor.name)' of \(file.name) has the shape \(tensor.shape), not \(expected)")
  }

  /// Entry `i` of the first axis under the name with `i` in place of `*`.
  private func split(_ weight: Weight, _ name: String) throws(CheckpointError) -> [any StoredTensor] {
    guard weight.shape[0] <= GGUFContext.maximumPartCount else {
      throw CheckpointError(.malformed, "\(file.name) has \(weight.shape[0]) parts of '\(name)'")
    }
    return (0..<weight.shape[0]).map { index in
      let part = weight.rows(index..<index + 1).reshaped(Shape(Array(weight.shape.dimensions.dropFirst())))
      return DerivedTensor(name: GGUFContext.fill(name, with: String(index)), part)
    }
  }

  func headSize(of tensor: any StoredTensor, heads: Int) throws(CheckpointError) -> Int {
    guard tensor.shape.rank <= 2, tensor.shape[0] % (2 * heads) == 0 else {
      throw malformed(tensor, "\(heads) heads of an even size")
    }
    return tensor.shape[0] / heads
  }

  private func rotaryRows(_ tensor: any StoredTensor, heads: Int, _ name: String) throws -> any StoredTensor {
    let size = try headSize(of: tensor, heads: heads)
    if tensor.shape.rank == 2 { return RotaryRowsTensor(name: name, base: tensor, headSize: size) }
    let order = (0..<tensor.shape[0]).map { row in
      row - row % size + RotaryRowsTensor.storedRow(row % size, headSize: size)
    }
    return DerivedTensor(name: name, Weight(tensor).reordered(order))
  }

  /// Rows of all queries, all keys and all values as query, key and value of each head in turn.
  private func interleavedHeads(_ tensor: any StoredTensor, _ name: String) throws -> any StoredTensor {
    let size = try headSize(of: tensor, heads: 3 * headCount)
    let order = (0..<tensor.shape[0]).map { row in
      let (head, part) = (row / size / 3, row / size % 3)
      return (part * headCount + head) * size + row % size
    }
    return DerivedTensor(name: name, Weight(tensor).reordered(order))
  }

  /// Rows of queries, keys and values as three tensors.
  private func separate(_ tensor: any StoredTensor, _ name: String) throws -> [any StoredTensor] {
    let heads = headCount + 2 * keyValueHeadCount
    let size = try headSize(of: tensor, heads: heads)
    let ends = [headCount * size, (headCount + keyValueHeadCount) * size, heads * size]
    return zip(["q", "k", "v"], zip([0] + ends, ends)).map { letter, range in
      DerivedTensor(name: GGUFContext.fill(name, with: letter), Weight(tensor).rows(range.0..<range.1))
    }
  }

  /// The `up` of a gate, which has its shape.
  func up(beside gate: any StoredTensor) throws(CheckpointError) -> any StoredTensor {
    let name = gate.name.split(separator: ".").map { part in
      part.hasPrefix("ffn_gate") ? "ffn_up" + part.dropFirst(8) : String(part)
    }.joined(separator: ".")
    guard let up = stored.tensor(named: name), up.shape == gate.shape, (2...3).contains(up.shape.rank) else {
      throw malformed(gate, "that of a '\(name)' beside it")
    }
    return up
  }

  /// A gate [experts, rows, columns] with its `up` of the same shape as [experts, 2 · rows, columns]; without
  /// experts as [2 · rows, columns].
  private func fusedWithUp(_ gate: any StoredTensor, _ name: String) throws -> any StoredTensor {
    let up = try up(beside: gate)
    let (first, second) = (Weight(gate), Weight(up))
    if gate.shape.rank == 2 { return DerivedTensor(name: name, .stacked([first, second])) }
    let (experts, rows, columns) = (gate.shape[0], gate.shape[1], gate.shape[2])
    guard experts <= GGUFContext.maximumPartCount else {
      throw CheckpointError(.malformed, "\(file.name) has \(experts) experts in '\(gate.name)'")
    }
    let parts = (0..<experts).flatMap { [first.rows($0..<$0 + 1), second.rows($0..<$0 + 1)] }
    return DerivedTensor(name: name, Weight.stacked(parts).reshaped([experts, 2 * rows, columns]))
  }
}
