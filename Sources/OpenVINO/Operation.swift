/// An operation of a model, or of the graph that a device made of it.
public struct Operation: Sendable, Hashable {
  /// Its friendly name.
  public var name: String
  /// Its type; in a device's graph "ExecutionNode", and `layerType` says more.
  public var type: String
  /// The element type of its first output, empty if it has none.
  public var elementType: ElementType
  /// The shape of its first output as text, such as "[?,1,576]".
  public var shape: String
  /// Its runtime information: in a device's graph `layerType`, `runtimePrecision`, `primitiveType`, ...
  public var attributes: [String: String]

  /// An operation as the runtime describes it.
  package init(
    name: String, type: String, elementType: ElementType, shape: String, attributes: [String: String] = [:]
  ) {
    self.name = name
    self.type = type
    self.elementType = elementType
    self.shape = shape
    self.attributes = attributes
  }

  /// What the device calls this kind of node: "FullyConnected", "RMS", "RoPE", ...
  public var layerType: String { attributes["layerType"] ?? type }
  /// The precision that the device computes it with.
  public var runtimePrecision: String { attributes["runtimePrecision"] ?? "" }

  /// Reads the flat rows that the boundary returns.
  static func read(_ rows: [String]) -> [Operation] {
    var operations: [Operation] = []
    var rest = rows[...]
    func next() -> String { rest.popFirst() ?? "" }
    while !rest.isEmpty {
      var operation = Operation(
        name: next(), type: next(), elementType: ElementType(rawValue: next()), shape: next(), attributes: [:]
      )
      for _ in 0..<(Int(next()) ?? 0) {
        let key = next()
        operation.attributes[key] = next()
      }
      operations.append(operation)
    }
    return operations
  }
}
