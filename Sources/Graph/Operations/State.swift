import Tensors

/// A tensor that the runtime keeps from one run to the next.
public struct Variable: Sendable, Hashable {
  /// The name by which the runtime knows it.
  public var id: String
  /// The type of its elements.
  public var elementType: ElementType
  /// Its shape.
  public var shape: PartialShape

  /// Whether it keeps keys or values, with a place for each token; other states have a fixed size.
  public var isCache: Bool { id.contains(".key") || id.contains(".value") }
}

/// The value of a variable, or the input where it has none yet.
public struct ReadValue: Operation {
  /// What is read.
  public var variable: Variable

  /// The operation with these settings.
  public init(variable: Variable) {
    self.variable = variable
  }

  public var typeName: String { "ReadValue" }
  public var opset: String { "opset6" }
  public var attributes: [Attribute] {
    [
      Attribute("variable_id", variable.id), Attribute("variable_type", variable.elementType.rawValue),
      Attribute("variable_shape", variable.shape.dimensions.map(\.description).joined(separator: ",")),
    ]
  }
  public func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 1)
    return [ValueType(variable.elementType, variable.shape)]
  }
}

/// Keeps the input as the variable's next value.
public struct Assign: Operation {
  /// What is written.
  public var variable: Variable

  /// The operation with these settings.
  public init(variable: Variable) {
    self.variable = variable
  }

  public var typeName: String { "Assign" }
  public var opset: String { "opset6" }
  public var attributes: [Attribute] { [Attribute("variable_id", variable.id)] }
  public func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 1)
    return [ValueType(inputs[0].elementType, inputs[0].shape)]
  }
}
