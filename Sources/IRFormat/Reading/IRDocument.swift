/// An IR file as its XML describes it, whoever wrote it.
public struct IRDocument: Sendable {
  /// A value at an input or output of a layer.
  public struct Port: Sendable, Equatable {
    /// The number of the port, by which edges refer to it.
    public var id: Int
    /// The element type as the file spells it: `FP32`, `I64`, `U4` …
    public var precision: String
    /// The extents, nil where they are dynamic.
    public var shape: [Int?]
    /// The names of the tensor.
    public var names: [String]

    package init(id: Int, precision: String, shape: [Int?], names: [String]) {
      self.id = id
      self.precision = precision
      self.shape = shape
      self.names = names
    }
  }

  /// An operation.
  public struct Layer: Sendable {
    /// The number of the layer, by which edges refer to it.
    public var id: Int
    /// Its name.
    public var name: String
    /// Its operation: `MatMul`, `Const` …
    public var type: String
    /// The operation set: `opset1`, `extension` …
    public var version: String
    /// What stands in its `data` element.
    public var attributes: [String: String]
    /// Its inputs.
    public var inputs: [Port]
    /// Its outputs.
    public var outputs: [Port]
    /// The names of the tensor that a Result layer hands out, where the file has them there.
    public var outputNames: [String]
  }

  /// A connection from an output to an input.
  public struct Edge: Sendable, Equatable {
    /// The layer and port that it leaves.
    public var fromLayer, fromPort: Int
    /// The layer and port that it enters.
    public var toLayer, toPort: Int
  }

  /// The name of the model.
  public var name: String
  /// The version of the format.
  public var version: Int
  /// All layers, in the order of the file.
  public var layers: [Layer]
  /// All connections, in the order of the file.
  public var edges: [Edge]
  /// The notes at the end.
  public var runtimeInfo: RuntimeInfo
}
