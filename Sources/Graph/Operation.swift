/// An attribute of an operation as OpenVINO IR spells it.
package struct Attribute: Sendable, Hashable {
  /// The attribute's name in the XML.
  package let name: String
  /// Its value as text.
  package let value: String

  /// Names a value.
  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// An operation of an OpenVINO operation set: its spelling in IR and its shape rule.
///
/// Operations are values without identity; `Graph.append` makes nodes of them. The rules here are as strict as
/// OpenVINO's own (which infers all shapes again when it reads a file), so that a mistake in a family shows
/// while baking, with a name, and not on the user's machine.
package protocol Operation: Sendable {
  /// The layer type in the XML.
  var typeName: String { get }

  /// The operation set that defines it, as in `opset8`.
  var opset: String { get }

  /// The attributes in the layer's `data` element, in order.
  var attributes: [Attribute] { get }

  /// The types of the outputs for inputs of these types.
  /// - Throws: `GraphError` of code `badInput`.
  func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType]
}

extension Operation {
  /// Most operations are of the first set.
  package var opset: String { "opset1" }

  /// Many operations have no attributes.
  package var attributes: [Attribute] { [] }

  /// Throws unless there are `count` inputs.
  func expect(_ inputs: [ValueType], _ count: Int) throws(GraphError) {
    guard inputs.count == count else {
      throw fault("has \(inputs.count) inputs instead of \(count)")
    }
  }

  /// A `badInput` error that begins with the operation's name.
  func fault(_ message: String) -> GraphError { GraphError(.badInput, "\(typeName) \(message)") }

  /// The integers of a constant input.
  func integers(_ input: ValueType, _ what: String) throws(GraphError) -> [Int] {
    guard let integers = input.integers else { throw fault("needs its \(what) as a constant") }
    return integers
  }

  /// The axis counted from the front.
  func axis(_ axis: Int, of shape: PartialShape) throws(GraphError) -> Int {
    let front = axis < 0 ? axis + shape.rank : axis
    guard front >= 0, front < shape.rank else { throw fault("has no axis \(axis) in \(shape)") }
    return front
  }
}
