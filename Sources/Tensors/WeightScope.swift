/// A place in the tree of a checkpoint's names, where a part of a model looks up its weights.
///
/// `scope["self_attn"]["q_proj"].weight("weight", [out, in])` reads like the module that PyTorch defines. Shapes
/// are checked where a weight is fetched.
public struct WeightScope: Sendable {
  private let source: any WeightSource
  /// The name so far, without a trailing dot; empty at the root.
  public let path: String

  /// The root of `source`.
  public init(_ source: any WeightSource, path: String = "") {
    self.source = source
    self.path = path
  }

  /// The scope one name further down. `name` may contain dots.
  public subscript(name: String) -> WeightScope { WeightScope(source, path: fullName(name)) }

  /// The scope of the numbered child `index`, as in `layers.3`.
  public subscript(index: Int) -> WeightScope { self[String(index)] }

  /// Whether the checkpoint has a tensor of that name here.
  public func contains(_ name: String) -> Bool { source.tensor(named: fullName(name)) != nil }

  /// The weight of that name.
  /// - Throws: `TensorError` of code `missing`, or `badShape` where it is not of the `shape` that was expected.
  public func weight(_ name: String = "weight", _ shape: Shape) throws(TensorError) -> Weight {
    guard let tensor = source.tensor(named: fullName(name)) else {
      throw TensorError(
        .missing, "the checkpoint has no tensor '\(fullName(name))' (expected of shape \(shape))")
    }
    guard tensor.shape == shape else {
      throw TensorError(
        .badShape,
        "'\(fullName(name))' has the shape \(tensor.shape), but the configuration asks for \(shape)")
    }
    return Weight(tensor)
  }

  /// The weight of that name, or nil where the checkpoint has none.
  /// - Throws: `TensorError` of code `badShape` where it is there but of another shape.
  public func optionalWeight(_ name: String, _ shape: Shape) throws(TensorError) -> Weight? {
    contains(name) ? try weight(name, shape) : nil
  }

  private func fullName(_ name: String) -> String {
    if path.isEmpty { return name }
    return name.isEmpty ? path : "\(path).\(name)"
  }
}
