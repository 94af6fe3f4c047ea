import Tensors

/// A tensor that a checkpoint stores in another form: part of another one, moved rows, a shifted norm.
///
/// The steps are those of `Weight`; values that are only moved stay quantised.
struct DerivedTensor: StoredTensor {
  let name: String
  let weight: Weight
  let formatName: String
  let storedByteCount: Int

  /// `weight` under a new name; the format is that of the tensors below.
  init(name: String, _ weight: Weight, formatName: String? = nil) {
    self.name = name
    self.weight = weight
    let stored = weight.tensors
    self.formatName = formatName ?? stored.first?.formatName ?? "f32"
    let elements = stored.reduce(0) { $0 + $1.shape.elementCount }
    let bytes = stored.reduce(0) { $0 + $1.storedByteCount }
    // A slice takes its share of the tensor below.
    storedByteCount =
      elements == 0 ? 0 : Int(Double(bytes) * min(1, Double(weight.shape.elementCount) / Double(elements)))
  }

  var shape: Shape { weight.shape }
  var elementType: ElementType? { weight.elementType }
  var keptFormat: CompressedFormat? { weight.keptFormat }
  var rowGroup: Int { weight.rowGroup }

  func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    try WeightReader().read(rows, of: weight, into: output)
  }

  func readKeptRows(_ rows: Range<Int>, into output: CompressedRows, scratch: ScratchBuffer) throws {
    try WeightReader().readKept(rows, of: weight, into: output)
  }

  func readRawRows(_ rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    try WeightReader().readRaw(rows, of: weight, into: output)
  }
}

/// A tensor as it is, under another name.
package struct RenamedTensor: StoredTensor {
  package let name: String
  let base: any StoredTensor

  package var shape: Shape { base.shape }
  package var formatName: String { base.formatName }
  package var storedByteCount: Int { base.storedByteCount }
  package var elementType: ElementType? { base.elementType }
  package var keptFormat: CompressedFormat? { base.keptFormat }
  package var rowGroup: Int { base.rowGroup }

  package func readColumns(
    _ columns: Range<Int>, of rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>,
    scratch: ScratchBuffer
  ) throws -> Bool {
    try base.readColumns(columns, of: rows, into: output, scratch: scratch)
  }

  package func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    try base.readRows(rows, into: output, scratch: scratch)
  }

  package func readKeptRows(_ rows: Range<Int>, into output: CompressedRows, scratch: ScratchBuffer) throws {
    try base.readKeptRows(rows, into: output, scratch: scratch)
  }

  package func readRawRows(_ rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    try base.readRawRows(rows, into: output)
  }
}

/// A matrix with its axes exchanged, or a batch of such.
struct ExchangedTensor: TransposedTensor {
  let untransposed: any StoredTensor

  var name: String { untransposed.name }
  var shape: Shape {
    let axes = untransposed.shape.dimensions
    return Shape(axes.dropLast(2) + axes.suffix(2).reversed())
  }
  var formatName: String { untransposed.formatName }
  var storedByteCount: Int { untransposed.storedByteCount }
  var elementType: ElementType? { nil }

  func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
  ) throws {
    // Not `Weight(self)`, which would come back here.
    let whole = Weight(untransposed)
    guard shape.rank == 3 else { return try WeightReader().read(rows, of: whole.transposed(), into: output) }
    let parts = (0..<shape[0]).map { index in
      whole.rows(index..<index + 1).reshaped([shape[2], shape[1]]).transposed()
    }
    try WeightReader().read(rows, of: .batched(parts), into: output)
  }
}
