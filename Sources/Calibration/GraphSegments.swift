import Graph
import Tensors

/// A model's graph cut into its layers, so that only one of them is in memory at a time.
///
/// A node belongs to the layer of the latest weight that it depends on, by the first number in the weight's name
/// (`model.layers.7.mlp.up_proj.weight`). What depends on no layer at all, such as masks and rotary angles, is computed
/// again in each. States begin empty: their initial values stand for them.
package struct GraphSegments {
  package let graph: Graph
  /// The segment of each node; −1 for what belongs to no layer.
  private let segmentOfNode: [Int]
  /// How many segments there are.
  package let count: Int

  /// Cuts a graph with logical weights.
  package init(_ graph: Graph) {
    self.graph = graph
    var numbers: [Int: Int] = [:]
    var segments: [Int] = []
    for node in graph.nodes {
      var segment = node.inputs.map { segments[$0.node] }.max() ?? -1
      if let weight = node.operation as? WeightOperation { segment = Self.layer(of: weight.name) ?? -1 }
      segments.append(segment)
      numbers[segment] = segment
    }
    segmentOfNode = segments
    count = (segments.max() ?? -1) + 1
  }

  static func layer(of name: String) -> Int? {
    name.split(separator: ".").lazy.compactMap { Int($0) }.first.flatMap {
      (0..<100_000).contains($0) ? $0 : nil
    }
  }

  /// The segment in which a node is computed first.
  func segment(of node: Int) -> Int { max(0, segmentOfNode[node]) }

  /// One segment as a graph of its own.
  package struct Piece {
    var graph: Graph
    /// What it reads of earlier segments; the parameter of that name.
    var inputs: [(name: String, value: Value)]
    /// What later segments read of this one and of those before; the output of that name.
    var outputs: [(name: String, value: Value)]
  }

  /// An output of a node.
  private struct Place: Hashable {
    var node: Int
    var port: Int

    init(node: Int, port: Int) {
      self.node = node
      self.port = port
    }

    init(_ value: Value) { self.init(node: value.node, port: value.port) }
  }

  /// The name under which a value crosses from one segment to another.
  static func name(of value: Value) -> String { "value_\(value.node)_\(value.port)" }

  /// Builds a segment.
  ///
  /// - Parameter addOutputs: adds outputs about values of the whole graph; it is given the piece and a function that
  ///   tells the value in the piece.
  func piece(
    _ index: Int, needing values: [Value],
    addOutputs: (Graph, (Value) throws -> Value) throws -> Void
  ) throws -> Piece {
    let crossing = crossingValues(after: index)
    let made = crossing.filter { segmentOfNode[$0.node] == index }
    var needed: Set<Int> = []
    var parameters: [Value] = []
    var pending = made + values
    var seen: Set<Place> = []
    while let value = pending.popLast() {
      guard seen.insert(Place(value)).inserted else { continue }
      let segment = segmentOfNode[value.node]
      if segment >= 0, segment < index {
        parameters.append(value)
      } else if needed.insert(value.node).inserted {
        pending += inputs(of: value.node)
      }
    }
    let result = Graph()
    var places: [Place: Value] = [:]
    parameters.sort { ($0.node, $0.port) < ($1.node, $1.port) }
    for value in parameters {
      places[Place(value)] = try result.append(
        Parameter(value.type.elementType, value.shape), name: Self.name(of: value))
    }
    func place(_ value: Value) throws -> Value {
      guard let place = places[Place(value)] else {
        throw GraphError(.incomplete, "\(graph.node(of: value).name) is not part of segment \(index)")
      }
      return place
    }
    for node in needed.sorted() {
      let original = graph.nodes[node]
      let inputs = try inputs(of: node).map { try place($0) }
      let outputs =
        original.operation is ReadValue
        ? inputs : try result.appendAll(original.operation, inputs, name: original.name)
      for (port, output) in outputs.enumerated() {
        places[Place(node: node, port: port)] = output
      }
    }
    for value in made { result.addOutput(Self.name(of: value), try place(value)) }
    try addOutputs(result, place)
    return Piece(
      graph: result, inputs: parameters.map { (Self.name(of: $0), $0) },
      outputs: made.map { (Self.name(of: $0), $0) })
  }

  /// A state is read as what it begins with.
  private func inputs(of node: Int) -> [Value] {
    graph.nodes[node].operation is ReadValue
      ? Array(graph.nodes[node].inputs.prefix(1)) : graph.nodes[node].inputs
  }

  /// The values of segments up to `index` that later ones read.
  func crossingValues(after index: Int) -> [Value] {
    var values: Set<Value> = []
    for (reader, node) in graph.nodes.enumerated() where segmentOfNode[reader] > index {
      for input in node.inputs where (0...index).contains(segmentOfNode[input.node]) { values.insert(input) }
    }
    return values.sorted { ($0.node, $0.port) < ($1.node, $1.port) }
  }
}
