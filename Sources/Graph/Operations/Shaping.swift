import Tensors

/// The same elements under another shape; the second input is the target, with −1 for the rest.
package struct Reshape: Operation {
  /// Whether a 0 in the target keeps the input's extent.
  package var specialZero: Bool

  /// The operation with these settings.
  package init(specialZero: Bool) {
    self.specialZero = specialZero
  }

  package var typeName: String { "Reshape" }
  package var attributes: [Attribute] { [Attribute("special_zero", String(specialZero))] }

  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    let source = inputs[0].shape
    guard let target = inputs[1].integers else {
      guard let rank = inputs[1].shape[0].fixed else { throw fault("to an unknown number of axes") }
      return [ValueType(inputs[0].elementType, PartialShape(Array(repeating: .dynamic, count: rank)))]
    }
    var dimensions: [Dimension] = []
    for (index, extent) in target.enumerated() {
      switch extent {
      case 0 where specialZero:
        guard index < source.rank else { throw fault("of \(source) to \(target)") }
        dimensions.append(source[index])
      case -1: dimensions.append(.dynamic)
      default: dimensions.append(.fixed(extent))
      }
    }
    if let rest = target.firstIndex(of: -1) {
      dimensions[rest] = try remainder(of: source, target, dimensions, rest)
    } else if let all = source.fixed, let new = PartialShape(dimensions).fixed,
      all.reduce(1, *) != new.reduce(1, *)
    {
      throw fault("of \(source) to \(target)")
    }
    return [ValueType(inputs[0].elementType, PartialShape(dimensions))]
  }

  /// The extent that −1 stands for, where the extents that are kept cancel out.
  private func remainder(
    of source: PartialShape, _ target: [Int], _ dimensions: [Dimension], _ rest: Int
  ) throws(GraphError) -> Dimension {
    let kept = Set(target.indices.filter { target[$0] == 0 && specialZero })
    let left = source.dimensions.indices.filter { !kept.contains($0) }.map { source[$0] }
    let right = dimensions.indices.filter { !kept.contains($0) && $0 != rest }.map { dimensions[$0] }
    guard let whole = PartialShape(left).fixed?.reduce(1, *),
      let part = PartialShape(right).fixed?.reduce(1, *)
    else { return .dynamic }
    guard part > 0, whole % part == 0 else { throw fault("of \(source) to \(target)") }
    return .fixed(whole / part)
  }
}

/// The axes in another order, that of the second input.
package struct Transpose: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "Transpose" }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    let order = try integers(inputs[1], "order")
    let shape = inputs[0].shape
    guard order.sorted() == Array(0..<shape.rank) else { throw fault("of \(shape) by \(order)") }
    return [ValueType(inputs[0].elementType, PartialShape(order.map { shape[$0] }))]
  }
}

/// Another axis of extent 1 at the place that the second input names.
package struct Unsqueeze: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "Unsqueeze" }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    let places = try integers(inputs[1], "axes")
    guard places.count == 1, places[0] >= -1 - inputs[0].shape.rank, places[0] <= inputs[0].shape.rank else {
      throw fault("of \(inputs[0].shape) at \(places)")
    }
    var dimensions = inputs[0].shape.dimensions
    dimensions.insert(1, at: places[0] < 0 ? places[0] + dimensions.count + 1 : places[0])
    return [ValueType(inputs[0].elementType, PartialShape(dimensions))]
  }
}

/// The value repeated to the shape that the second input and its own give together (OpenVINO's bidirectional mode).
package struct Broadcast: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "Broadcast" }
  package var opset: String { "opset3" }
  package var attributes: [Attribute] { [Attribute("mode", "bidirectional")] }

  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    let target: PartialShape
    if let extents = inputs[1].integers {
      // A 0 does not mean "keep" here: it makes graphs that fail as soon as a device fixes the shapes.
      guard !extents.contains(where: { $0 < 1 }) || inputs[0].shape.rank == 0 else {
        throw fault("to \(extents): extents must be 1 or more")
      }
      target = PartialShape(extents.map(Dimension.fixed))
    } else {
      guard let rank = inputs[1].shape[0].fixed else { throw fault("to an unknown number of axes") }
      target = PartialShape(Array(repeating: .dynamic, count: rank))
    }
    return [ValueType(inputs[0].elementType, try broadcast(inputs[0].shape, target, in: self))]
  }
}

/// The values one after another along an axis.
package struct Concat: Operation {
  /// The axis along which the extents add up.
  package var axis: Int

  /// The operation with these settings.
  package init(axis: Int) {
    self.axis = axis
  }

  package var typeName: String { "Concat" }
  package var attributes: [Attribute] { [Attribute("axis", String(axis))] }

  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    guard let first = inputs.first else { throw fault("of nothing") }
    let along = try axis(axis, of: first.shape)
    var shape = first.shape
    for input in inputs.dropFirst() {
      guard input.elementType == first.elementType, input.shape.rank == shape.rank else {
        throw fault("of \(inputs.map { "\($0.elementType) \($0.shape)" })")
      }
      for index in 0..<shape.rank where index != along {
        if shape[index] == .dynamic { shape[index] = input.shape[index] }
        if let one = shape[index].fixed, let other = input.shape[index].fixed, one != other {
          throw fault("of \(inputs.map(\.shape)) along axis \(axis)")
        }
      }
    }
    let extents = inputs.compactMap { $0.shape[along].fixed }
    shape[along] = extents.count == inputs.count ? .fixed(extents.reduce(0, +)) : .dynamic
    let known = inputs.compactMap(\.integers)
    let integers = shape.rank == 1 && known.count == inputs.count ? known.flatMap(\.self) : nil
    return [ValueType(first.elementType, shape, integers: integers)]
  }
}

/// The value repeated as often along each axis as the second input says.
package struct Tile: Operation {
  /// The operation; it has no settings.
  package init() {}

  package var typeName: String { "Tile" }
  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 2)
    let repeats = try integers(inputs[1], "repeats")
    guard repeats.count == inputs[0].shape.rank else { throw fault("of \(inputs[0].shape) by \(repeats)") }
    let dimensions = zip(inputs[0].shape.dimensions, repeats).map { extent, count in
      extent.fixed.map { .fixed($0 * count) } ?? Dimension.dynamic
    }
    return [ValueType(inputs[0].elementType, PartialShape(dimensions))]
  }
}
