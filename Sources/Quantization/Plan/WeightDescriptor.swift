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
