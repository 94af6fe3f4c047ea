import Tensors

/// What LoRA adds to a weight: factor · up · down, with down [rank, in] and up [out, rank]; or its transposition,
/// where the weight is stored as [in, out].
package struct LowRankUpdate: Sendable {
  private let down: any StoredTensor
  private let up: any StoredTensor
  private let isTransposed: Bool
  private let identity = RegionCache.Identity()
  /// What the product is multiplied with.
  package var factor: Float

  /// The longest narrow side.
  private static let maximumRank = 1 << 14

  init(
    down: any StoredTensor, up: any StoredTensor, isTransposed: Bool, factor: Float, file: String
  ) throws(CheckpointError) {
    guard down.shape.rank == 2, up.shape.rank == 2, down.shape[0] == up.shape[1], down.shape.elementCount > 0,
      up.shape.elementCount > 0, down.shape[0] <= LowRankUpdate.maximumRank
    else {
      throw CheckpointError(
        .inconsistent,
        "'\(down.name)' \(down.shape) and '\(up.name)' \(up.shape) of \(file) do not fit together")
    }
    guard !(down is StridedTensor), !(up is StridedTensor) else {
      throw CheckpointError(
        .unsupported, "'\(down.name)' of \(file) is not stored in one piece",
        mend: "Save the adapter as safetensors.")
    }
    (self.down, self.up, self.isTransposed, self.factor) = (down, up, isTransposed, factor)
  }

  /// The shape of the weight that it can be added to.
  package var shape: Shape {
    isTransposed ? [down.shape[1], up.shape[0]] : [up.shape[0], down.shape[1]]
  }

  /// How many bytes of the adapter it takes.
  var storedByteCount: Int { down.storedByteCount + up.storedByteCount }

  /// Adds the rows to `output`, `rows.count` rows of the weight. The side that all rows share is held in memory.
  func add(_ rows: Range<Int>, to output: UnsafeMutableBufferPointer<Float>, _ reader: WeightReader) throws {
    let (rank, columns) = (down.shape[0], shape[1])
    let shared = try RegionCache.shared.region(identity) { try across() }
    // [rows, rank]
    let along = isTransposed ? Weight(down).transposed() : Weight(up)
    var own = [Float](repeating: 0, count: rows.count * rank)
    try own.withUnsafeMutableBufferPointer { try reader.read(rows, of: along, into: $0) }
    shared.bytes.withUnsafeBytes { bytes in
      let matrix = bytes.assumingMemoryBound(to: Float.self)
      guard let base = matrix.baseAddress, let target = output.baseAddress else { return }
      for row in 0..<rows.count {
        let line = target + row * columns
        // The sum is taken before it is added: it is small beside the weight.
        withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { sums in
          guard let sum = sums.baseAddress else { return }
          sum.initialize(repeating: 0, count: columns)
          for index in 0..<rank {
            let (share, other) = (own[row * rank + index], base + index * columns)
            for column in 0..<columns { sum[column] += share * other[column] }
          }
          for column in 0..<columns { line[column] += factor * sum[column] }
        }
      }
    }
  }

  /// The bytes of the side that all rows share, [rank, columns] floats. Read row by row: this is called while regions
  /// are held, of which no other may be asked for.
  private func across() throws -> [UInt8] {
    let (rank, columns) = (down.shape[0], shape[1])
    let side = isTransposed ? up : down
    var floats = [Float](repeating: 0, count: rank * columns)
    try floats.withUnsafeMutableBufferPointer {
      try side.readRows(0..<side.shape.rows, into: $0, scratch: ScratchBuffer())
    }
    if isTransposed {
      let stored = floats
      for row in 0..<columns {
        for index in 0..<rank { floats[index * columns + row] = stored[row * rank + index] }
      }
    }
    return floats.withUnsafeBytes { Array($0) }
  }
}

/// A weight with what adapters add to it.
package struct AdaptedTensor: StoredTensor {
  let base: any StoredTensor
  let updates: [LowRankUpdate]

  /// - Precondition: each update has the shape of the weight.
  package init(_ base: any StoredTensor, adding updates: [LowRankUpdate]) {
    precondition(updates.allSatisfy { $0.shape == base.shape })
    (self.base, self.updates) = (base, updates)
  }

  package var name: String { base.name }
  package var shape: Shape { base.shape }
  package var formatName: String { base.formatName + "+lora" }
  package var storedByteCount: Int { base.storedByteCount + updates.reduce(0) { $0 + $1.storedByteCount } }
  package var elementType: ElementType? { nil }
  package var rowGroup: Int { base.rowGroup }

  package func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    try base.readRows(rows, into: output, scratch: scratch)
    let reader = WeightReader()
    for update in updates { try update.add(rows, to: output, reader) }
  }
}

extension RenamedTensor {
  /// A tensor of an adapter in the place of one of the model.
  package static func replacing(_ base: any StoredTensor, with tensor: any StoredTensor) -> any StoredTensor {
    RenamedTensor(name: base.name, base: tensor)
  }
}
