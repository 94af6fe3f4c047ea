import Tensors

/// Entries of the first input along an axis (third input) at the indices in the second.
package struct Gather: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "Gather" }
  package var opset: String { "opset8" }
  package var attributes: [Attribute] { [Attribute("batch_dims", "0")] }

  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 3)
    let axes = try integers(inputs[2], "axis")
    guard axes.count == 1 else { throw fault("along the axes \(axes)") }
    let along = try axis(axes[0], of: inputs[0].shape)
    var dimensions = inputs[0].shape.dimensions
    dimensions.replaceSubrange(along...along, with: inputs[1].shape.dimensions)
    return [ValueType(inputs[0].elementType, PartialShape(dimensions))]
  }
}

/// A part of the first input: start, stop, step and axes are the other inputs.
package struct Slice: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "Slice" }
  package var opset: String { "opset8" }

  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 5)
    let steps = try integers(inputs[3], "step"), axes = try integers(inputs[4], "axes")
    guard let starts = inputs[1].integers, let stops = inputs[2].integers else {
      var shape = inputs[0].shape
      for one in axes { shape[try axis(one, of: shape)] = .dynamic }
      return [ValueType(inputs[0].elementType, shape)]
    }
    guard starts.count == axes.count, stops.count == axes.count, steps.allSatisfy({ $0 > 0 }) else {
      throw fault("from \(starts) to \(stops) by \(steps) along \(axes)")
    }
    var shape = inputs[0].shape
    for (index, one) in axes.enumerated() {
      let along = try axis(one, of: shape)
      guard let extent = shape[along].fixed else { continue }
      func clamp(_ place: Int) -> Int { min(max(place < 0 ? place + extent : place, 0), extent) }
      let length = max(0, clamp(stops[index]) - clamp(starts[index]))
      shape[along] = .fixed((length + steps[index] - 1) / steps[index])
    }
    return [ValueType(inputs[0].elementType, shape)]
  }
}

/// The first input cut along an axis (second input) into parts of given lengths (third input).
package struct VariadicSplit: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "VariadicSplit" }

  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 3)
    let axes = try integers(inputs[1], "axis"), lengths = try integers(inputs[2], "lengths")
    guard axes.count == 1 else { throw fault("along the axes \(axes)") }
    let along = try axis(axes[0], of: inputs[0].shape)
    if let extent = inputs[0].shape[along].fixed, extent != lengths.reduce(0, +) {
      throw fault("of \(inputs[0].shape) into \(lengths)")
    }
    return lengths.map { length in
      var shape = inputs[0].shape
      shape[along] = .fixed(length)
      return ValueType(inputs[0].elementType, shape)
    }
  }
}

/// The shape of a value as a vector of 64-bit integers.
package struct ShapeOf: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "ShapeOf" }
  package var opset: String { "opset3" }
  package var attributes: [Attribute] { [Attribute("output_type", "i64")] }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 1)
    return [ValueType(.i64, [.fixed(inputs[0].shape.rank)])]
  }
}

/// The integers from the first input up to the second, in steps of the third.
package struct IntegerRange: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "Range" }
  package var opset: String { "opset4" }
  package var attributes: [Attribute] { [Attribute("output_type", "i64")] }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 3)
    return [ValueType(.i64, [.dynamic])]
  }
}

/// The largest elements along an axis, sorted, and their indices; how many is the second input.
package struct TopK: Operation {
  /// The axis that is searched.
  package var axis: Int

  /// The operation with these settings.
  package init(axis: Int) {
    self.axis = axis
  }

  package var typeName: String { "TopK" }
  package var opset: String { "opset11" }
  package var attributes: [Attribute] {
    [
      Attribute("axis", String(axis)), Attribute("mode", "max"), Attribute("sort", "value"),
      Attribute("index_element_type", "i64"), Attribute("stable", "false"),
    ]
  }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    let count = try integers(inputs[1], "count")
    guard count.count == 1 else { throw fault("of \(count) elements") }
    var shape = inputs[0].shape
    shape[try axis(axis, of: shape)] = .fixed(count[0])
    return [ValueType(inputs[0].elementType, shape), ValueType(.i64, shape)]
  }
}

/// For each index in the second input, the element of the first at that place along an axis.
package struct GatherElements: Operation {
  /// The axis along which the indices count.
  package var axis: Int

  /// The operation with these settings.
  package init(axis: Int) {
    self.axis = axis
  }

  package var typeName: String { "GatherElements" }
  package var opset: String { "opset6" }
  package var attributes: [Attribute] { [Attribute("axis", String(axis))] }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    guard inputs[0].shape.rank == inputs[1].shape.rank else {
      throw fault("of \(inputs[0].shape) at \(inputs[1].shape)")
    }
    return [ValueType(inputs[0].elementType, inputs[1].shape)]
  }
}

/// The first input with the elements of the third put at the indices of the second, along an axis (fourth).
package struct ScatterElementsUpdate: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "ScatterElementsUpdate" }
  package var opset: String { "opset12" }
  package var attributes: [Attribute] { [Attribute("reduction", "none"), Attribute("use_init_val", "true")] }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 4)
    return [ValueType(inputs[0].elementType, inputs[0].shape)]
  }
}
