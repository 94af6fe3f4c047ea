import Foundation
import Tensors

/// Steps that undo what llama.cpp's converter moves for layers with a memory, for latent attention and for experts.
extension GGUFContext {
  /// ln(−A) of rates of fading that are stored as A, one to a row or a row of them.
  func decayLogarithm(_ tensor: any StoredTensor, _ name: String) -> any StoredTensor {
    let logarithm = MappedTensor(name: name, base: tensor) { row in
      for index in row.indices { row[index] = log(-row[index]) }
    }
    guard tensor.shape.rank == 2, tensor.shape[1] == 1 else { return logarithm }
    return DerivedTensor(name: name, Weight(logarithm).reshaped([tensor.shape[0]]))
  }

  /// The heads of a delta rule (`ssm.*`).
  var deltaHeads: (keys: Int, values: Int, keySize: Int, valueSize: Int) {
    get throws {
      let values = try int("ssm.time_step_rank"), keys = try int("ssm.group_count")
      let inner = try int("ssm.inner_size"), keySize = try int("ssm.state_size")
      guard values % keys == 0, inner % values == 0, keySize < 1 << 16, inner < 1 << 24, keys < 1 << 16 else {
        throw CheckpointError(
          .malformed,
          "\(file.name) has \(values) value heads of a delta rule for \(keys) keys and \(inner) numbers")
      }
      return (keys, values, keySize, inner / values)
    }
  }

  /// Value heads by group again, where the file has the first of each group, then the second of each …
  func untiled(
    _ tensor: any StoredTensor, _ part: GGUFArchitecture.TiledPart, _ name: String
  ) throws -> any StoredTensor {
    let heads = try deltaHeads
    let size = part == .heads ? 1 : heads.valueSize
    let start = part == .tail ? 2 * heads.keys * heads.keySize : 0
    let share = heads.values / heads.keys, count = start + heads.values * size
    guard tensor.shape.rank <= 2, (part == .columns ? tensor.shape.columns : tensor.shape[0]) == count else {
      throw malformed(tensor, "\(count) rows or columns of value heads")
    }
    let order =
      Array(0..<start)
      + (0..<heads.values).flatMap { head in
        let stored = head % share * heads.keys + head / share
        return (0..<size).map { start + stored * size + $0 }
      }
    if part == .columns {
      return MappedTensor(name: name, base: tensor) { row in
        let copy = Array(row)
        for (index, stored) in order.enumerated() { row[index] = copy[stored] }
      }
    }
    return DerivedTensor(name: name, Weight(tensor).reordered(order))
  }

  /// Strengths (b) and decays (a) of the values of each key head in turn; apart, unless the other projections of the
  /// layer are mixed too.
  func mixedStrengths(_ tensor: any StoredTensor, _ name: String) throws -> [any StoredTensor] {
    let layer = tensor.name.split(separator: ".").prefix(2).joined(separator: ".")
    if stored.tensor(named: layer + ".ssm_in.weight") != nil {
      return [RenamedTensor(name: GGUFContext.fill(name, with: "ba"), base: tensor)]
    }
    let heads = try deltaHeads, share = heads.values / heads.keys
    guard tensor.shape[0] == 2 * heads.values else { throw malformed(tensor, "\(2 * heads.values) rows") }
    return ["b", "a"].enumerated().map { part, letter in
      let order = (0..<heads.values).map { $0 / share * 2 * share + part * share + $0 % share }
      return DerivedTensor(
        name: GGUFContext.fill(name, with: letter), Weight(tensor).reordered(order))
    }
  }

  /// Rows of all queries, all keys and all values as queries, key and value of each group of heads in turn.
  func groupedHeads(_ tensor: any StoredTensor, _ name: String) throws -> any StoredTensor {
    let groups = keyValueHeadCount, share = headCount / groups
    guard headCount % groups == 0 else { throw malformed(tensor, "\(groups) groups of \(headCount) heads") }
    let size = try headSize(of: tensor, heads: headCount + 2 * groups)
    var order: [Int] = []
    for group in 0..<groups {
      let queries = (0..<share).map { group * share + $0 }
      for head in queries + [headCount + group, headCount + groups + group] {
        order += head * size..<(head + 1) * size
      }
    }
    return DerivedTensor(name: name, Weight(tensor).reordered(order))
  }

  /// [heads, rank, still] and, beside it, [heads, value size, rank] as [heads · (still + value size), rank].
  func latentKeys(_ keys: any StoredTensor, _ name: String) throws -> any StoredTensor {
    let other = keys.name.split(separator: ".").map { $0 == "attn_k_b" ? "attn_v_b" : $0 }.joined(
      separator: ".")
    guard let values = stored.tensor(named: other), keys.shape.rank == 3, values.shape.rank == 3,
      values.shape[0] == keys.shape[0], values.shape[2] == keys.shape[1],
      keys.shape[0] <= GGUFContext.maximumPartCount
    else {
      throw malformed(keys, "one that fits a '\(other)' beside it")
    }
    let (heads, rank, still, size) = (keys.shape[0], keys.shape[1], keys.shape[2], values.shape[1])
    let parts = (0..<heads).flatMap { head in
      [
        Weight(keys).rows(head..<head + 1).reshaped([rank, still]).transposed(),
        Weight(values).rows(head..<head + 1).reshaped([size, rank]),
      ]
    }
    return DerivedTensor(name: name, .stacked(parts))
  }

  /// A gate [experts, rows, columns] and its `up` as [experts, 2 · rows, columns], rows of both in turn; biases
  /// [experts, rows] likewise.
  func interleavedWithUp(_ gate: any StoredTensor, _ name: String) throws -> any StoredTensor {
    let up = try up(beside: gate)
    let count = gate.shape[0] * gate.shape[1], tail = Array(gate.shape.dimensions.dropFirst(2))
    let both = Weight.stacked([gate, up].map { Weight($0).reshaped(Shape([count] + tail)) })
    let order = (0..<count).flatMap { [$0, count + $0] }
    return DerivedTensor(
      name: name, both.reordered(order).reshaped(Shape([gate.shape[0], 2 * gate.shape[1]] + tail)))
  }
}

/// A tensor each of whose rows goes through a function.
struct MappedTensor: StoredTensor {
  let name: String
  let base: any StoredTensor
  let change: @Sendable (UnsafeMutableBufferPointer<Float>) -> Void

  init(
    name: String, base: any StoredTensor,
    _ change: @escaping @Sendable (UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    (self.name, self.base, self.change) = (name, base, change)
  }

  var shape: Shape { base.shape }
  var formatName: String { base.formatName }
  var storedByteCount: Int { base.storedByteCount }
  var elementType: ElementType? { nil }

  func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    try base.readRows(rows, into: output, scratch: scratch)
    let columns = shape.columns
    for row in 0..<rows.count {
      change(UnsafeMutableBufferPointer(rebasing: output[row * columns..<(row + 1) * columns]))
    }
  }
}
