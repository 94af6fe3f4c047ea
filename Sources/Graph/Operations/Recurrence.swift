import Tensors

/// A convolution along the last axis in which every channel has a filter of its own.
///
/// Inputs are [batch, channels, length] and the filters [channels, 1, 1, width].
package struct GroupConvolution: Operation {
  /// The operation; it moves by one place and pads nothing.
  package init() {}

  package var typeName: String { "GroupConvolution" }
  package var attributes: [Attribute] {
    [
      Attribute("strides", "1"), Attribute("pads_begin", "0"), Attribute("pads_end", "0"),
      Attribute("dilations", "1"), Attribute("auto_pad", "explicit"),
    ]
  }

  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    let (input, filters) = (inputs[0].shape, inputs[1].shape)
    guard input.rank == 3, filters.rank == 4, filters[1] == 1, filters[2] == 1, input[1] == filters[0],
      let width = filters[3].fixed
    else { throw fault("of \(input) with filters \(filters)") }
    let length = input[2].fixed.map { Dimension.fixed($0 - width + 1) } ?? .dynamic
    return [ValueType(inputs[0].elementType, [input[0], input[1], length])]
  }
}

/// The first input with the third put at the places of the second, along an axis (fourth input).
package struct ScatterUpdate: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "ScatterUpdate" }
  package var opset: String { "opset3" }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 4)
    guard inputs[2].shape.rank == inputs[0].shape.rank + inputs[1].shape.rank - 1 else {
      throw fault("of \(inputs[2].shape) into \(inputs[0].shape) at \(inputs[1].shape)")
    }
    return [ValueType(inputs[0].elementType, inputs[0].shape)]
  }
}

/// The value without an axis of extent 1, which the second input names.
package struct Squeeze: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "Squeeze" }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    let axes = try integers(inputs[1], "axes")
    guard axes.count == 1 else { throw fault("of the axes \(axes)") }
    var dimensions = inputs[0].shape.dimensions
    let removed = dimensions.remove(at: try axis(axes[0], of: inputs[0].shape))
    guard removed == 1 || removed == .dynamic else { throw fault("of \(inputs[0].shape) at \(axes)") }
    return [ValueType(inputs[0].elementType, PartialShape(dimensions))]
  }
}
