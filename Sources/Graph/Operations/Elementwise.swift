import Tensors

/// An operation on two values, element by element, with NumPy's broadcasting.
package struct Binary: Operation {
  /// Which one it is, spelled as IR spells it.
  package enum Kind: String, Sendable {
    case add = "Add"
    case subtract = "Subtract"
    case multiply = "Multiply"
    case divide = "Divide"
    case power = "Power"
    case maximum = "Maximum"
    case minimum = "Minimum"
    case greater = "Greater"
    case lessEqual = "LessEqual"
    case bitwiseAnd = "BitwiseAnd"
  }

  /// Which operation it is.
  package var kind: Kind

  /// The operation of this kind.
  package init(_ kind: Kind) { self.kind = kind }

  package var typeName: String { kind.rawValue }
  package var opset: String { kind == .bitwiseAnd ? "opset13" : "opset1" }
  package var attributes: [Attribute] {
    var attributes = [Attribute("auto_broadcast", "numpy")]
    if kind == .divide { attributes.append(Attribute("m_pythondiv", "true")) }
    return attributes
  }

  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    guard inputs[0].elementType == inputs[1].elementType else {
      throw fault("of \(inputs[0].elementType) and \(inputs[1].elementType)")
    }
    let shape = try broadcast(inputs[0].shape, inputs[1].shape, in: self)
    let compares = kind == .greater || kind == .lessEqual
    return [ValueType(compares ? .boolean : inputs[0].elementType, shape)]
  }
}

/// An operation on one value, element by element.
package struct Unary: Operation {
  /// Which one it is, spelled as IR spells it.
  package enum Kind: String, Sendable {
    case sqrt = "Sqrt"
    case cos = "Cos"
    case sin = "Sin"
    case tanh = "Tanh"
    case sigmoid = "Sigmoid"
    case relu = "ReLU"
    case abs = "Abs"
    case exp = "Exp"
    case floor = "Floor"
    case log = "Log"
    /// ln(1 + eˣ)
    case softPlus = "SoftPlus"
    /// x · sigmoid(x). With one input, as the matchers of expert layers want it; with a second one, x · sigmoid(βx).
    case swish = "Swish"
  }

  /// Which operation it is.
  package var kind: Kind

  /// The operation of this kind.
  package init(_ kind: Kind) { self.kind = kind }

  package var typeName: String { kind.rawValue }
  package var opset: String { kind == .swish || kind == .softPlus ? "opset4" : "opset1" }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, kind == .swish && inputs.count == 2 ? 2 : 1)
    return [ValueType(inputs[0].elementType, inputs[0].shape)]
  }
}

/// The Gaussian error linear unit.
package struct Gelu: Operation {
  /// Whether the tanh approximation is meant; the error function otherwise.
  package var approximatesWithTanh: Bool

  /// The operation with these settings.
  package init(approximatesWithTanh: Bool) {
    self.approximatesWithTanh = approximatesWithTanh
  }

  package var typeName: String { "Gelu" }
  package var opset: String { "opset7" }
  package var attributes: [Attribute] {
    [Attribute("approximation_mode", approximatesWithTanh ? "TANH" : "ERF")]
  }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 1)
    return [ValueType(inputs[0].elementType, inputs[0].shape)]
  }
}

/// Elements limited to a range.
package struct Clamp: Operation {
  /// The smallest and largest result.
  package var limits: ClosedRange<Float>

  /// The operation with these settings.
  package init(limits: ClosedRange<Float>) {
    self.limits = limits
  }

  package var typeName: String { "Clamp" }
  package var attributes: [Attribute] {
    [Attribute("min", String(limits.lowerBound)), Attribute("max", String(limits.upperBound))]
  }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 1)
    return [ValueType(inputs[0].elementType, inputs[0].shape)]
  }
}

/// A change of the element type.
package struct Convert: Operation {
  /// The type afterwards.
  package var destination: ElementType
  /// Whether it only widens a stored 16-bit weight, so that the plugins may keep the weight as it is.
  package var isDecompression = false

  /// A conversion to `destination`.
  package init(to destination: ElementType, isDecompression: Bool = false) {
    self.destination = destination
    self.isDecompression = isDecompression
  }

  package var typeName: String { "Convert" }
  package var attributes: [Attribute] { [Attribute("destination_type", destination.rawValue)] }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 1)
    return [ValueType(destination, inputs[0].shape)]
  }
}

/// Where the first input is true the second, else the third.
package struct Select: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "Select" }
  package var attributes: [Attribute] { [Attribute("auto_broadcast", "numpy")] }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 3)
    guard inputs[0].elementType == .boolean, inputs[1].elementType == inputs[2].elementType else {
      throw fault("of \(inputs.map(\.elementType.rawValue))")
    }
    let both = try broadcast(inputs[1].shape, inputs[2].shape, in: self)
    return [ValueType(inputs[1].elementType, try broadcast(inputs[0].shape, both, in: self))]
  }
}

/// The shape of two values combined by NumPy's rule.
func broadcast(
  _ first: PartialShape, _ second: PartialShape, in operation: some Operation
) throws(GraphError) -> PartialShape {
  let rank = max(first.rank, second.rank)
  var dimensions: [Dimension] = []
  for index in 0..<rank {
    let one = index - (rank - first.rank), other = index - (rank - second.rank)
    let left = one < 0 ? 1 : first[one]
    let right = other < 0 ? 1 : second[other]
    switch (left, right) {
    case (1, _): dimensions.append(right)
    case (_, 1): dimensions.append(left)
    case (.dynamic, _): dimensions.append(right)
    case (_, .dynamic): dimensions.append(left)
    case (.fixed(let a), .fixed(let b)):
      guard a == b else { throw operation.fault("of shapes \(first) and \(second)") }
      dimensions.append(left)
    }
  }
  return PartialShape(dimensions)
}
