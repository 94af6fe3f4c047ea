/// An IR file as its XML describes it, whoever wrote it.
package struct IRDocument: Sendable {
  /// A value at an input or output of a layer.
  package struct Port: Sendable, Equatable {
    /// The number of the port, by which edges refer to it.
    package var id: Int
    /// The element type as the file spells it: `FP32`, `I64`, `U4` …
    package var precision: String
    /// The extents, nil where they are dynamic.
    package var shape: [Int?]
    /// The names of the tensor.
    package var names: [String]

    package init(id: Int, precision: String, shape: [Int?], names: [String]) {
      self.id = id
      self.precision = precision
      self.shape = shape
      self.names = names
    }
  }

  /// An operation.
  package struct Layer: Sendable {
    /// The number of the layer, by which edges refer to it.
    package var id: Int
    /// Its name.
    package var name: String
    /// Its operation: `MatMul`, `Const` …
    package var type: String
    /// The operation set: `opset1`, `extension` …
    package var version: String
    /// What stands in its `data` element.
    package var attributes: [String: String]
    /// Its inputs.
    package var inputs: [Port]
    /// Its outputs.
    package var outputs: [Port]
    /// The names of the tensor that a Result layer hands out, where the file has them there.
    package var outputNames: [String]
  }

  /// A connection from an output to an input.
  package struct Edge: Sendable, Equatable {
    /// The layer and port that it leaves.
    package var fromLayer, fromPort: Int
    /// The layer and port that it enters.
    package var toLayer, toPort: Int
  }

  /// The name of the model.
  package var name: String
  /// The version of the format.
  package var version: Int
  /// All layers, in the order of the file.
  package var layers: [Layer]
  /// All connections, in the order of the file.
  package var edges: [Edge]
  /// The notes at the end.
  package var runtimeInfo: RuntimeInfo
}
