import Tensors

// Short forms, so that blocks and families read like the formulas they compute.
extension Graph {
  /// A 32-bit float scalar.
  package func float(_ value: Float) throws(GraphError) -> Value { try append(Constant([value], shape: [])) }

  /// A 64-bit integer scalar.
  package func integer(_ value: Int) throws(GraphError) -> Value { try append(Constant([value], shape: [])) }

  /// A vector of 64-bit integers.
  package func integers(_ values: [Int]) throws(GraphError) -> Value { try append(Constant(values)) }

  /// An element-wise operation on two values.
  package func binary(
    _ kind: Binary.Kind, _ first: Value, _ second: Value, name: String? = nil
  ) throws(GraphError) -> Value {
    try append(Binary(kind), [first, second], name: name)
  }

  /// `first + second`.
  package func add(_ first: Value, _ second: Value) throws(GraphError) -> Value {
    try binary(.add, first, second)
  }

  /// `first · second`, element by element.
  package func multiply(_ first: Value, _ second: Value) throws(GraphError) -> Value {
    try binary(.multiply, first, second)
  }

  /// `value · factor`; the value itself for a factor of 1.
  package func scaled(_ value: Value, by factor: Float) throws(GraphError) -> Value {
    factor == 1 ? value : try multiply(value, float(factor))
  }

  /// An element-wise operation on one value.
  package func unary(_ kind: Unary.Kind, _ value: Value) throws(GraphError) -> Value {
    try append(Unary(kind), [value])
  }

  /// `value` as elements of `type`.
  package func convert(_ value: Value, to type: ElementType) throws(GraphError) -> Value {
    try append(Convert(to: type), [value])
  }

  /// `value` under another shape; 0 keeps an extent, −1 takes what is left.
  package func reshape(_ value: Value, _ shape: [Int]) throws(GraphError) -> Value {
    try append(Reshape(specialZero: true), [value, integers(shape)])
  }

  /// `value` with its axes in the given order.
  package func transpose(_ value: Value, _ order: [Int]) throws(GraphError) -> Value {
    try append(Transpose(), [value, integers(order)])
  }

  /// `value` with another axis of extent 1.
  package func unsqueeze(_ value: Value, _ axis: Int) throws(GraphError) -> Value {
    try append(Unsqueeze(), [value, integer(axis)])
  }

  /// `value` repeated to the shape that it and `target` give together.
  package func broadcast(_ value: Value, to target: Value) throws(GraphError) -> Value {
    try append(Broadcast(), [value, target])
  }

  /// The values one after another along `axis`.
  package func concat(_ values: [Value], axis: Int) throws(GraphError) -> Value {
    try append(Concat(axis: axis), values)
  }

  /// `value` cut along `axis` into parts of these lengths.
  package func split(_ value: Value, _ lengths: [Int], axis: Int) throws(GraphError) -> [Value] {
    lengths.count == 1
      ? [value] : try appendAll(VariadicSplit(), [value, integer(axis), integers(lengths)])
  }

  /// The entries from `start` up to `stop` along `axis`, or every `step`-th of them.
  package func slice(
    _ value: Value, from start: Int, to stop: Int, by step: Int = 1, axis: Int
  ) throws(GraphError) -> Value {
    try append(Slice(), [value, integers([start]), integers([stop]), integers([step]), integers([axis])])
  }

  /// The entries of `value` along `axis` at `indices`.
  package func gather(_ value: Value, _ indices: Value, axis: Int) throws(GraphError) -> Value {
    try append(Gather(), [value, indices, integer(axis)])
  }

  /// The extent of one axis of `value` as a scalar: a constant where it is fixed.
  package func extent(_ axis: Int, of value: Value) throws(GraphError) -> Value {
    if let extent = value.shape[axis].fixed { return try integer(extent) }
    return try gather(append(ShapeOf(), [value]), integer(axis), axis: 0)
  }

  /// The same as a vector of one element.
  package func extentVector(_ axis: Int, of value: Value) throws(GraphError) -> Value {
    if let extent = value.shape[axis].fixed { return try integers([extent]) }
    return try gather(append(ShapeOf(), [value]), integers([axis]), axis: 0)
  }

  /// A reduction along `axis`.
  package func reduce(
    _ kind: Reduce.Kind, _ value: Value, axis: Int, keepsDimensions: Bool
  ) throws(GraphError) -> Value {
    try append(Reduce(kind: kind, keepsDimensions: keepsDimensions), [value, integers([axis])])
  }

  /// A logical weight as a value of type f32.
  package func weight(
    _ weight: Weight, role: WeightRole, name: String, sharedName: String? = nil
  ) throws(GraphError) -> Value {
    try append(
      WeightOperation(role: role, name: name, weight: weight, sharedName: sharedName), name: name)
  }
}
