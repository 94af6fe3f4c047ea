extension IRDocument {
  /// An input or output of the model.
  package struct Tensor: Sendable, Equatable {
    /// Its name.
    package var name: String
    /// Its element type as the file spells it.
    package var precision: String
    /// Its extents, nil where they are dynamic.
    package var shape: [Int?]

    package init(name: String, precision: String, shape: [Int?]) {
      self.name = name
      self.precision = precision
      self.shape = shape
    }
  }

  /// A state that the runtime keeps from run to run.
  package struct State: Sendable, Equatable {
    /// Its name.
    package var id: String
    /// Its element type.
    package var elementType: String
    /// Its shape as the file spells it: `?,9,?,64`.
    package var shape: String
  }

  /// How often each operation occurs, most frequent first.
  package var operationCounts: [(type: String, count: Int)] {
    var counts: [String: Int] = [:]
    for layer in layers { counts[layer.type, default: 0] += 1 }
    return counts.map { (type: $0.key, count: $0.value) }.sorted {
      ($1.count, $0.type) < ($0.count, $1.type)
    }
  }

  /// The inputs, in order.
  package var parameters: [Tensor] {
    layers.filter { $0.type == "Parameter" }.map { layer in
      let port = layer.outputs.first
      return Tensor(
        name: port?.names.first ?? layer.name, precision: port?.precision ?? "",
        shape: layer.attributes["shape"].map(IRDocument.shape) ?? port?.shape ?? [])
    }
  }

  /// The outputs, in order.
  package var results: [Tensor] {
    let producers = Dictionary(edges.map { ($0.toLayer, $0) }, uniquingKeysWith: { first, _ in first })
    let byID = layersByID
    return layers.filter { $0.type == "Result" }.map { layer in
      let edge = producers[layer.id]
      let port = edge.flatMap { edge in
        byID[edge.fromLayer]?.outputs.first { $0.id == edge.fromPort }
      }
      return Tensor(
        name: layer.outputNames.first ?? port?.names.first ?? layer.name, precision: port?.precision ?? "",
        shape: port?.shape ?? layer.inputs.first?.shape ?? [])
    }
  }

  /// The states, in order.
  package var states: [State] {
    layers.filter { $0.type == "ReadValue" }.map { layer in
      State(
        id: layer.attributes["variable_id"] ?? "", elementType: layer.attributes["variable_type"] ?? "",
        shape: layer.attributes["variable_shape"] ?? "")
    }
  }

  /// Whether all inputs have fixed shapes, as a raw NPU compile needs them.
  package var isStatic: Bool { parameters.allSatisfy { $0.shape.allSatisfy { $0 != nil } } }

  /// The layers by their number.
  var layersByID: [Int: Layer] {
    Dictionary(layers.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// `?,3,1..5` as extents.
  static func shape(_ text: String) -> [Int?] {
    text.split(separator: ",").map { part in
      Int(part.filter { !$0.isWhitespace }).flatMap { $0 < 0 ? nil : $0 }
    }
  }
}
