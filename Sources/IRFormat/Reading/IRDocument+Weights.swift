extension IRDocument {
  /// Weights that are stored alike.
  package struct WeightUse: Sendable, Equatable {
    /// The type of the stored values: `u4`, `i8`, `f16` …
    package var elementType: String
    /// How many values share a scale; nil for a whole row, and for plain numbers.
    package var groupSize: Int?
    /// The type of the scales; nil for plain numbers.
    package var scaleType: String?
    /// The type of the zero points; nil without them.
    package var zeroPointType: String?
    /// How many tensors there are.
    package var tensorCount: Int
    /// How many numbers they hold.
    package var elementCount: Int
    /// How many bytes their values take, without scales and zero points.
    package var byteCount: Int

    package init(
      elementType: String, groupSize: Int?, scaleType: String?, zeroPointType: String?, tensorCount: Int,
      elementCount: Int, byteCount: Int
    ) {
      self.elementType = elementType
      self.groupSize = groupSize
      self.scaleType = scaleType
      self.zeroPointType = zeroPointType
      self.tensorCount = tensorCount
      self.elementCount = elementCount
      self.byteCount = byteCount
    }
  }

  /// How the model's matrices are stored, the largest part first. Vectors and small tables do not count, and bytes that
  /// several layers read, as an embedding that is the head too, count once.
  package var weightUses: [WeightUse] {
    let links = Links(self)
    var uses: [WeightUse] = []
    var scaled: Set<Int> = []
    var places: Set<[String]> = []
    func isFirst(_ layer: Layer?) -> Bool {
      guard let offset = layer?.attributes["offset"], let size = layer?.attributes["size"] else {
        return true
      }
      return places.insert([offset, size]).inserted
    }
    for layer in layers where layer.type == "Multiply" {
      guard let (constants, use) = links.compressedWeight(layer) else { continue }
      scaled.formUnion(constants)
      if isFirst(constants.first.flatMap { links.layers[$0] }) { merge(use, into: &uses) }
    }
    for layer in layers where layer.type == "Const" && !scaled.contains(layer.id) {
      let shape = IRDocument.shape(layer.attributes["shape"] ?? "").compactMap(\.self)
      let type = layer.attributes["element_type"] ?? ""
      guard shape.count >= 2, shape.filter({ $0 > 1 }).count >= 2, ["f32", "f16", "bf16"].contains(type)
      else {
        continue
      }
      if isFirst(layer) { merge(links.use(of: layer, type: type), into: &uses) }
    }
    return uses.sorted { $0.byteCount > $1.byteCount }
  }

  private func merge(_ use: WeightUse, into uses: inout [WeightUse]) {
    let index = uses.firstIndex { other in
      (other.elementType, other.groupSize, other.scaleType, other.zeroPointType)
        == (use.elementType, use.groupSize, use.scaleType, use.zeroPointType)
    }
    guard let index else { return uses.append(use) }
    uses[index].tensorCount += 1
    uses[index].elementCount = uses[index].elementCount.addingReportingOverflow(use.elementCount).partialValue
    uses[index].byteCount = uses[index].byteCount.addingReportingOverflow(use.byteCount).partialValue
  }
}

/// The connections of a document, for following chains of layers.
private struct Links {
  let layers: [Int: IRDocument.Layer]
  var inputs: [Int: [Int]] = [:]
  var consumers: [Int: [Int]] = [:]

  init(_ document: IRDocument) {
    layers = document.layersByID
    for edge in document.edges {
      inputs[edge.toLayer, default: []].append(edge.fromLayer)
      consumers[edge.fromLayer, default: []].append(edge.toLayer)
    }
  }

  /// The weight that a product with a scale dequantises: its constants, and its format.
  func compressedWeight(_ product: IRDocument.Layer) -> (constants: [Int], use: IRDocument.WeightUse)? {
    guard let operands = inputs[product.id], operands.count == 2 else { return nil }
    for (index, operand) in operands.enumerated() {
      var values = operand
      var zeroPoint: IRDocument.Layer?
      if layers[operand]?.type == "Subtract", let parts = inputs[operand], parts.count == 2 {
        values = parts[0]
        zeroPoint = constant(parts[1])
      }
      guard let stored = constant(values), let scale = constant(operands[1 - index]),
        let type = stored.attributes["element_type"], IRDocument.compressedTypes.contains(type)
      else { continue }
      var use = self.use(of: stored, type: type)
      use.scaleType = scale.attributes["element_type"]
      use.zeroPointType = zeroPoint?.attributes["element_type"]
      let isGrouped = consumers[product.id]?.contains { layers[$0]?.type == "Reshape" } ?? false
      if isGrouped { use.groupSize = IRDocument.shape(stored.attributes["shape"] ?? "").last ?? nil }
      return ([stored.id, scale.id] + (zeroPoint.map { [$0.id] } ?? []), use)
    }
    return nil
  }

  func use(of constant: IRDocument.Layer, type: String) -> IRDocument.WeightUse {
    let shape = IRDocument.shape(constant.attributes["shape"] ?? "").compactMap(\.self)
    let count = shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    return IRDocument.WeightUse(
      elementType: type, groupSize: nil, scaleType: nil, zeroPointType: nil, tensorCount: 1,
      elementCount: max(count, 0), byteCount: max(constant.attributes["size"].flatMap { Int($0) } ?? 0, 0))
  }

  /// The constant at `id`, or behind a conversion there.
  private func constant(_ id: Int) -> IRDocument.Layer? {
    guard let layer = layers[id] else { return nil }
    if layer.type == "Const" { return layer }
    guard layer.type == "Convert", let source = inputs[id]?.first, let inner = layers[source] else {
      return nil
    }
    return inner.type == "Const" ? inner : nil
  }
}

extension IRDocument {
  fileprivate static let compressedTypes: Set = [
    "i4", "u4", "i8", "u8", "nf4", "f4e2m1", "f8e4m3", "f8e5m2", "u1", "u2", "u3", "u6",
  ]
}
