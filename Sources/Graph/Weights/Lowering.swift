import Tensors

extension Graph {
  /// The graph with every logical weight replaced by the nodes that read it in the format chosen for it.
  ///
  /// The chains are those that the plugins keep compressed: values → f16, minus zero point, times scale, reshaped
  /// to a matrix, → f32. Names are those that NNCF gives, so that tools which look for compressed weights by name
  /// find them. Weights of one name get one format, and each use has a chain of its own.
  /// - Throws: `GraphError` of code `unsupported` for a format that does not fit the weight's shape.
  package func lowered(formats: (LogicalWeight) -> WeightFormat) throws -> Graph {
    let result = Graph()
    let byName = Dictionary(uniqueKeysWithValues: weights.map { ($0.name, $0) })
    var replacements: [Int: [Value]] = [:]
    func replaced(_ value: Value) -> Value { replacements[value.node]?[value.port] ?? value }
    for (index, node) in nodes.enumerated() {
      if let operation = node.operation as? WeightOperation, let weight = byName[operation.name] {
        replacements[index] = [try result.appendChain(weight, formats(weight))]
      } else {
        replacements[index] = try result.appendAll(
          node.operation, node.inputs.map(replaced), name: node.name)
      }
    }
    for output in outputs { result.addOutput(output.name, replaced(output.value)) }
    return result
  }

  private func appendChain(_ weight: LogicalWeight, _ format: WeightFormat) throws(GraphError) -> Value {
    switch format {
    case .dense(let type): try appendDense(weight, type)
    case .compressed(let compressed): try appendCompressed(weight, compressed)
    }
  }

  private func appendDense(_ weight: LogicalWeight, _ type: ElementType) throws(GraphError) -> Value {
    guard [.f32, .f16, .bf16].contains(type) else {
      throw GraphError(.unsupported, "'\(weight.name)' cannot be stored as plain \(type.rawValue)")
    }
    let blob = weight.blob(.dense(type), .dense, type, weight.shape)
    let constant = try append(Constant(blob), name: weight.name)
    return type == .f32
      ? constant
      : try append(Convert(to: .f32, isDecompression: true), [constant], name: weight.name + "/convert")
  }

  private func appendCompressed(
    _ weight: LogicalWeight, _ format: CompressedFormat
  ) throws(GraphError) -> Value {
    let shapes = try weight.compressedShapes(format)
    let name = weight.name
    let work: ElementType = format.scaleType == .f16 ? .f16 : .f32
    func constant(
      _ part: Blob.Part, _ type: ElementType, _ shape: Shape, _ name: String
    ) throws(GraphError) -> Value {
      let stored = try append(Constant(weight.blob(.compressed(format), part, type, shape)), name: name)
      return type == work ? stored : try append(Convert(to: work), [stored], name: name + "/convert")
    }
    var value = try constant(.values, format.elementType, shapes.values, name)
    if let zeroPointType = format.zeroPointType {
      let zero = try constant(.zeroPoints, zeroPointType, shapes.scales, name + "/zero_point")
      value = try append(Binary(.subtract), [value, zero], name: name + "/zero_point/subtract")
    }
    let scale = try constant(.scales, format.scaleType, shapes.scales, name + "/scale")
    value = try append(Binary(.multiply), [value, scale], name: name + "/fq_weights_1")
    if shapes.values != weight.shape {
      let target = try append(Constant(weight.shape.dimensions), name: name + "/fq_weights_1/shape")
      value = try append(Reshape(specialZero: false), [value, target], name: name + "/fq_weights_1/reshape")
    }
    return work == .f32 ? value : try append(Convert(to: .f32), [value], name: name + "/fq_weights_1/convert")
  }
}

extension LogicalWeight {
  fileprivate func blob(_ format: WeightFormat, _ part: Blob.Part, _ type: ElementType, _ shape: Shape)
    -> Blob
  {
    Blob(
      weightID: id, key: Blob.Key(sharedName: sharedName, format: format, part: part), elementType: type,
      shape: shape)
  }

  /// The shapes of the constants: values [.., out, in] and scales [.., out, 1], or with an axis of groups before
  /// the last, [.., out, groups, group size] and [.., out, groups, 1].
  fileprivate func compressedShapes(
    _ format: CompressedFormat
  ) throws(GraphError) -> (values: Shape, scales: Shape) {
    guard shape.rank >= 2 else {
      throw GraphError(.unsupported, "'\(name)' of shape \(shape) is not a matrix and cannot be compressed")
    }
    let outer = shape.dimensions.dropLast()
    guard let groupSize = format.groupSize, groupSize != shape.columns else {
      return (shape, Shape(outer + [1]))
    }
    guard groupSize > 0, shape.columns % groupSize == 0 else {
      throw GraphError(
        .unsupported, "'\(name)': groups of \(groupSize) do not divide rows of \(shape.columns)")
    }
    let groups = shape.columns / groupSize
    return (Shape(outer + [groups, groupSize]), Shape(outer + [groups, 1]))
  }
}
