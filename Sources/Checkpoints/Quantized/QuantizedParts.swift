import Tensors

/// Finding and checking the parts of a quantised weight, and deciding how it is kept.
extension QuantizedWeights {
  /// A tensor beside the codes.
  func part(_ module: String, _ name: String, rank: Int) throws(CheckpointError) -> any StoredTensor {
    guard let tensor = table.tensor(named: "\(module).\(name)") else {
      throw CheckpointError(.inconsistent, "\(file) has no '\(module).\(name)' for a quantised weight")
    }
    try require(tensor.shape.rank == rank && tensor.shape.elementCount > 0, tensor, "of rank \(rank)")
    return tensor
  }

  /// Refuses a tensor of another rank or type.
  func check(_ tensor: any StoredTensor, rank: Int, type: ElementType) throws(CheckpointError) {
    guard tensor.shape.rank == rank, tensor.elementType == type, tensor.shape.elementCount > 0 else {
      throw CheckpointError(
        .inconsistent,
        "'\(tensor.name)' of \(file) is \(tensor.formatName)\(tensor.shape), not \(type) of rank \(rank)")
    }
  }

  /// Refuses a tensor of another shape.
  func require(_ condition: Bool, _ tensor: any StoredTensor, _ expected: String) throws(CheckpointError) {
    guard condition else {
      throw CheckpointError(
        .inconsistent, "'\(tensor.name)' of \(file) has the shape \(tensor.shape), not \(expected)")
    }
  }

  /// A matrix with its axes exchanged, read with strides.
  func transposed(_ tensor: any StoredTensor) throws(CheckpointError) -> any StoredTensor {
    guard let plain = tensor as? PlainTensor, plain.shape.rank == 2 else {
      throw CheckpointError(
        .unsupported,
        "'\(tensor.name)' of \(file) is not stored in one piece, which quantised weights must be")
    }
    return StridedTensor(
      name: plain.name, shape: [plain.shape[1], plain.shape[0]], type: plain.type, source: plain.source,
      offset: plain.offset, strides: [1, plain.shape[1]], identity: plain.identity)
  }

  /// The integers of a small tensor.
  func integers(_ tensor: any StoredTensor) throws -> [Int] {
    guard let type = tensor.elementType, type == .i32 || type == .i64 else {
      throw CheckpointError(
        .inconsistent, "'\(tensor.name)' of \(file) is \(tensor.formatName), not integers")
    }
    var bytes = [UInt8](repeating: 0, count: tensor.shape.elementCount * type.bits / 8)
    try bytes.withUnsafeMutableBytes { try tensor.readRawRows(0..<tensor.shape.rows, into: $0) }
    return bytes.withUnsafeBytes { raw in
      (0..<tensor.shape.elementCount).map { index in
        type == .i32
          ? Int(raw.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
          : Int(raw.loadUnaligned(fromByteOffset: index * 8, as: Int64.self))
      }
    }
  }

  /// The group of each column; nil where they are runs of equal length, as without activation order.
  func groupOrder(_ tensor: any StoredTensor, _ columns: Int, _ groups: Int) throws -> [Int]? {
    try require(tensor.shape.dimensions == [columns], tensor, "[\(columns)]")
    let order = try integers(tensor)
    // compressed-tensors writes −1 where there is no order.
    if order.allSatisfy({ $0 == -1 }) { return nil }
    guard order.allSatisfy({ $0 >= 0 && $0 < groups }) else {
      throw CheckpointError(.inconsistent, "'\(tensor.name)' of \(file) names groups beyond the \(groups)")
    }
    let size = columns / groups
    let isTrivial = columns % groups == 0 && order.enumerated().allSatisfy { $1 == $0 / size }
    return isTrivial ? nil : order
  }

  /// Refuses scales that are no floats: whole numbers would be taken for what they are not.
  func checkScales(_ stored: any StoredTensor) throws(CheckpointError) {
    guard let type = stored.elementType, [.f64, .f32, .f16, .bf16, .f8e4m3, .f8e8m0].contains(type) else {
      throw CheckpointError(
        .unsupported,
        "'\(stored.name)' of \(file) is \(stored.formatName), and scales are read as floats only",
        mend: "Take the model in another format, or the one that is not quantised.")
    }
  }

  /// Scales for each row and group, for each row, or for all.
  func rowScales(_ module: String, _ shape: Shape) throws -> (
    numbers: GroupNumbers, groups: Int, stored: any StoredTensor
  ) {
    let names = ["weight_scale", "weight_scale_inv"]
    guard let stored = names.lazy.compactMap({ table.tensor(named: "\(module).\($0)") }).first else {
      throw CheckpointError(.inconsistent, "\(file) has no '\(module).weight_scale' for a quantised weight")
    }
    try require(stored.shape.elementCount > 0, stored, "[\(shape[0]), groups]")
    if stored.elementType == .u8, stored.shape.rank == 2, stored.shape[0] == shape[0],
      stored.shape[1] > 0, shape[1] % stored.shape[1] == 0
    {
      // The exponents of powers of two.
      return (.exponents(stored), stored.shape[1], stored)
    }
    try checkScales(stored)
    if stored.shape.elementCount == 1 { return (.constant(try single(stored)), 1, stored) }
    if stored.shape.dimensions == [shape[0]] {
      let column = DerivedTensor(name: stored.name, Weight(stored).reshaped([shape[0], 1]))
      return (.rows(column), 1, stored)
    }
    let groups = stored.shape.columns
    try require(
      stored.shape.dimensions == [shape[0], groups] && groups > 0 && shape[1] % groups == 0, stored,
      "[\(shape[0]), groups]")
    return (.rows(stored), groups, stored)
  }

  /// A weight of integer codes, kept where its groups are runs of equal length.
  func tensor(
    _ module: String, _ shape: Shape, _ formatName: String, bits: Int, codes: any CodeSource, groups: Int,
    scales: GroupNumbers, scaleType: ElementType?, zeros: GroupNumbers, order: [Int]?,
    parts: [any StoredTensor]
  ) throws -> any StoredTensor {
    guard order != nil || groups > 0 && shape.columns % groups == 0 else {
      throw CheckpointError(
        .unsupported,
        "'\(module)' of \(file) has \(shape.columns) inputs in \(groups) groups,"
          + " the last of which is shorter; this is not supported")
    }
    var kept: CompressedFormat?
    if order == nil {
      kept = try keptFormat(
        shape, groups: groups, bits: bits, scaleType: scaleType == .f16 ? .f16 : .f32, zeros: zeros)
    }
    return QuantizedTensor(
      name: "\(module).weight", shape: shape, formatName: formatName,
      storedByteCount: parts.reduce(0) { $0 + $1.storedByteCount }, codes: codes, bits: bits,
      groupCount: groups, scales: scales, zeros: zeros, groupOfColumn: order, keptFormat: kept)
  }

  /// Zero points in the middle make signed values; others stay integers where each row of them fills whole bytes and
  /// they fit (GPTQ's go up to 16), and become floats otherwise.
  private func keptFormat(
    _ shape: Shape, groups: Int, bits: Int, scaleType: ElementType, zeros: GroupNumbers
  ) throws -> CompressedFormat? {
    let isByte = bits > 4
    guard isByte || shape.columns % 2 == 0 else { return nil }
    let middle = Float(1 << (bits - 1))
    let values = try zeroRange(zeros, rows: shape.rows, groups: groups)
    let groupSize = groups == 1 ? nil : shape.columns / groups
    if values == middle...middle {
      return CompressedFormat(elementType: isByte ? .i8 : .i4, groupSize: groupSize, scaleType: scaleType)
    }
    let fits = values.upperBound <= (isByte ? 255 : 15) && (isByte || groups % 2 == 0)
    return CompressedFormat(
      elementType: isByte ? .u8 : .u4, groupSize: groupSize, zeroPoint: fits ? .integer : .float,
      scaleType: scaleType)
  }

  func zeroRange(_ zeros: GroupNumbers, rows: Int, groups: Int) throws -> ClosedRange<Float> {
    if case .constant(let value) = zeros { return value...value }
    let scratch = ScratchBuffer()
    let slab = max(32, (1 << 18) / max(groups, 1) / 32 * 32)
    var range: ClosedRange<Float>?
    for start in stride(from: 0, to: rows, by: slab) {
      for zero in try zeros.read(start..<min(rows, start + slab), groups: groups, scratch: scratch) {
        if let old = range {
          range = min(old.lowerBound, zero)...max(old.upperBound, zero)
        } else {
          range = zero...zero
        }
      }
    }
    return range ?? 0...0
  }
}

/// Eight-bit floats with scales for blocks, the last of which are cut off at the edge: only dequantised.
struct DequantizedBlocks: StoredTensor {
  let name: String
  let codes: any StoredTensor
  let scales: any StoredTensor
  /// The extents of a block.
  let block: (rows: Int, columns: Int)

  var shape: Shape { codes.shape }
  var formatName: String { "fp8-blocks" }
  var storedByteCount: Int { codes.storedByteCount + scales.storedByteCount }
  var elementType: ElementType? { nil }

  func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    try codes.readRows(rows, into: output, scratch: scratch)
    let groups = scales.shape.columns
    let numbers = try GroupNumbers.blocks(scales, height: block.rows).read(
      rows, groups: groups, scratch: scratch)
    for row in 0..<rows.count {
      for column in 0..<shape.columns {
        output[row * shape.columns + column] *= numbers[row * groups + column / block.columns]
      }
    }
  }
}
