import Tensors

/// A tensor that the runtime keeps from one run to the next.
package struct Variable: Sendable, Hashable {
  /// The name by which the runtime knows it.
  package var id: String
  /// The type of its elements.
  package var elementType: ElementType
  /// Its shape.
  package var shape: PartialShape

  /// Whether it keeps keys or values, with a place for each token; other states have a fixed size.
  package var isCache: Bool { id.contains(".key") || id.contains(".value") }
}

/// The value of a variable, or the input where it has none yet.
package struct ReadValue: Operation {
  /// What is read.
  package var variable: Variable

  /// The operation with these settings.
  package init(variable: Variable) {
    self.variable = variable
  }

  package var typeName: String { "ReadValue" }
  package var opset: String { "opset6" }
  package var attributes: [Attribute] {
    [
      Attribute("variable_id", variable.id), Attribute("variable_type", variable.elementType.rawValue),
      Attribute("variable_shape", variable.shape.dimensions.map(\.description).joined(separator: ",")),
    ]
  }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 1)
    return [ValueType(variable.elementType, variable.shape)]
  }
}

/// Keeps the input as the variable's next value.
package struct Assign: Operation {
  /// What is written.
  package var variable: Variable

  /// The operation with these settings.
  package init(variable: Variable) {
    self.variable = variable
  }

  package var typeName: String { "Assign" }
  package var opset: String { "opset6" }
  package var attributes: [Attribute] { [Attribute("variable_id", variable.id)] }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 1)
    return [ValueType(inputs[0].elementType, inputs[0].shape)]
  }
}
