/// A tensor inside a checkpoint: known by name and shape, read by rows when it is needed.
///
/// A tensor of any rank is seen as `shape.rows` rows of `shape.columns` elements.
public protocol StoredTensor: Sendable {
  /// The name under which the model's code looks it up (Hugging Face's names).
  var name: String { get }

  /// The shape, outermost axis first, as PyTorch has it (a linear layer is [out, in]).
  var shape: Shape { get }

  /// How the checkpoint stores it, for reports: `bf16`, `Q4_1`, `gptq-int4`.
  var formatName: String { get }

  /// How many bytes of the checkpoint it takes.
  var storedByteCount: Int { get }

  /// The plain type it is stored in, nil for a quantised one.
  var elementType: ElementType? { get }

  /// The compressed form that keeps its own quantised values; nil for plain floats and where the layout has no
  /// counterpart in IR.
  var keptFormat: CompressedFormat? { get }

  /// Reads rows as float32, row after row, into `output` of exactly `rows.count · shape.columns` elements.
  func readRows(
    _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer) throws

  /// Reads rows in `keptFormat`, such that they dequantise to the same numbers that `readRows` gives.
  /// - Throws: `TensorError` of code `unsupportedType` where `keptFormat` is nil.
  func readKeptRows(_ rows: Range<Int>, into output: CompressedRows, scratch: ScratchBuffer) throws

  /// Reads rows as the bytes of `elementType`, without conversion.
  /// - Throws: `TensorError` of code `unsupportedType` where `elementType` is nil.
  func readRawRows(_ rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws

  /// Reads columns of the matrix that `rows` are as float32, one column after another, each byte of the file once
  /// however many calls there are.
  /// - Returns: false where the tensor knows no better way than to read its rows.
  func readColumns(
    _ columns: Range<Int>, of rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>,
    scratch: ScratchBuffer
  ) throws -> Bool

  /// Rows that lie together in the file: whoever begins and ends at multiples of it reads nothing twice.
  var rowGroup: Int { get }
}

extension StoredTensor {
  /// Rows can be read one by one.
  public var rowGroup: Int { 1 }

  /// No better way.
  public func readColumns(
    _ columns: Range<Int>, of rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>,
    scratch: ScratchBuffer
  ) throws -> Bool { false }

  /// Plain tensors keep no quantised values.
  public var keptFormat: CompressedFormat? { nil }

  /// Refuses, for tensors without quantised values.
  public func readKeptRows(_ rows: Range<Int>, into output: CompressedRows, scratch: ScratchBuffer) throws {
    throw TensorError(.unsupportedType, "\(name) (\(formatName)) has no quantised values to keep")
  }

  /// Refuses, for tensors that are quantised.
  public func readRawRows(_ rows: Range<Int>, into output: UnsafeMutableRawBufferPointer) throws {
    throw TensorError(.unsupportedType, "\(name) (\(formatName)) is not stored as plain numbers")
  }
}

/// A matrix that the checkpoint stores with its axes exchanged. Whoever exchanges them once more reads it as it is
/// stored, quantised values included.
public protocol TransposedTensor: StoredTensor {
  /// The matrix as it is stored, under the same name.
  var untransposed: any StoredTensor { get }
}

/// All tensors of a checkpoint, by name.
public protocol WeightSource: Sendable {
  /// The names of all tensors, in the order of the checkpoint.
  var tensorNames: [String] { get }

  /// The tensor of that name, nil where there is none.
  func tensor(named name: String) -> (any StoredTensor)?
}
