import Tensors

/// Tensors that more than one file of a checkpoint holds: tools that cut models into files write some of them twice.
enum RepeatedTensors {
  /// The tensors with the first of equal ones only.
  /// - Throws: `CheckpointError` of code `inconsistent` where two of a name are not equal.
  static func removed(from tensors: [any StoredTensor]) throws -> [any StoredTensor] {
    var first: [String: any StoredTensor] = [:]
    first.reserveCapacity(tensors.count)
    return try tensors.filter { tensor in
      guard let other = first[tensor.name] else {
        first[tensor.name] = tensor
        return true
      }
      guard try areEqual(tensor, other) else {
        throw CheckpointError(
          .inconsistent,
          "two files of the model hold '\(tensor.name)' with different numbers: "
            + files(tensor, other).joined(separator: " and "),
          mend: "Fetch the folder again: its files are of different versions.")
      }
      return false
    }
  }

  private static func files(_ tensors: any StoredTensor...) -> [String] {
    tensors.compactMap { ($0 as? PlainTensor)?.source.name ?? ($0 as? StridedTensor)?.source.name }
  }

  /// Whether two tensors have the same shape, type and bytes. They are read in pieces, up to the first difference.
  private static func areEqual(_ one: any StoredTensor, _ other: any StoredTensor) throws -> Bool {
    guard one.shape == other.shape, let type = one.elementType, type == other.elementType else {
      return false
    }
    let rowBytes = type.byteCount(of: one.shape.columns)
    let step = max(1, (1 << 20) / max(rowBytes, 1))
    let (left, right) = (ScratchBuffer(), ScratchBuffer())
    for start in stride(from: 0, to: one.shape.rows, by: step) {
      let rows = start..<min(start + step, one.shape.rows)
      let isEqual = try left.withBytes(rows.count * rowBytes) { left in
        try right.withBytes(rows.count * rowBytes) { right in
          try one.readRawRows(rows, into: left)
          try other.readRawRows(rows, into: right)
          return left.elementsEqual(right)
        }
      }
      guard isEqual else { return false }
    }
    return true
  }
}
