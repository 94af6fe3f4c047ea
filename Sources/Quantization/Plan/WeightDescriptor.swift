import Tensors

/// What a plan has to know of a weight; nothing is read.
public struct WeightDescriptor: Sendable {
  /// The name in messages and in the graph.
  public var name: String
  /// What it does.
  public var role: WeightRole
  /// Its shape, outermost axis first; quantised along the last axis.
  public var shape: Shape
  /// The compressed form of the checkpoint's own values (`Weight.keptFormat`); nil where there is none.
  public var keptFormat: CompressedFormat?
  /// How little the layer suffers from rounding (`MixedPrecision.score`); only a ratio below 1 asks for it.
  public var score: Double?

  /// Describes a weight.
  public init(
    name: String, role: WeightRole, shape: Shape, keptFormat: CompressedFormat? = nil, score: Double? = nil
  ) {
    self.name = name
    self.role = role
    self.shape = shape
    self.keptFormat = keptFormat
    self.score = score
  }
}

/// How a weight is written.
public enum WeightEncoding: Sendable, Hashable {
  /// As plain numbers of f32, f16 or bf16.
  case dense(ElementType)
  /// Quantised by `Quantizer`.
  case quantized(CompressedFormat)
  /// With the checkpoint's own quantised values (`WeightReader.readKept`).
  case kept(CompressedFormat)

  /// The compressed format, nil for plain numbers.
  public var format: CompressedFormat? {
    switch self {
    case .dense: nil
    case .quantized(let format), .kept(let format): format
    }
  }

  /// The bytes that a weight of `shape` takes, scales and zero points included.
  public func byteCount(of shape: Shape) -> Int {
    guard let format else {
      guard case .dense(let type) = self else { return 0 }
      return type.byteCount(of: shape.elementCount)
    }
    return format.valueByteCount(rows: shape.rows, columns: shape.columns)
      + format.scaleByteCount(rows: shape.rows, columns: shape.columns)
      + format.zeroPointByteCount(rows: shape.rows, columns: shape.columns)
  }
}
