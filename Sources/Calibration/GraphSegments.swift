import Graph
import Tensors

/// A model's graph cut into its layers, so that only one of them is in memory at a time.
///
/// A node belongs to the layer of the latest weight that it depends on, by the first number in the weight's name
/// (`model.layers.7.mlp.up_proj.weight`). A layer with many weights is cut once more, before the one that would be too
/// much. What depends on no layer at all, such as masks and rotary angles, is computed again in each segment. States
/// begin empty: their initial values stand for them.
package struct GraphSegments {
  /// A layer, by the number in its weights' names, and its segments.
  package struct Layer {
    package var number: Int
    package var segments: Range<Int>
  }

  package let graph: Graph
  /// The segment of each node; −1 for what belongs to no layer.
  private let segmentOfNode: [Int]
  /// The layers, one after another.
  package let layers: [Layer]
  /// How many segments there are.
  package var count: Int { layers.last?.segments.upperBound ?? 0 }

  /// Numbers of weights that a segment has at most, unless a single one has more: twice as many bytes are in memory
  /// where the device computes in 16 bits, four times as many where it does not.
  package static let weightLimit = 1 << 26

  /// Cuts a graph with logical weights.
  package init(_ graph: Graph, weightLimit: Int = Self.weightLimit) {
    self.graph = graph
    var places = GraphPlaces(weightLimit: weightLimit)
    for node in graph.nodes { places.add(node, of: graph) }
    let used = Set(places.ofNode).filter { $0 >= 0 }.sorted()
    let numbers = Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, $0) })
    segmentOfNode = places.ofNode.map { numbers[$0] ?? -1 }
    var layers: [Layer] = []
    for (segment, place) in used.enumerated() {
      let number = GraphPlaces.layer(place)
      if layers.last?.number == number {
        layers[layers.count - 1].segments = layers[layers.count - 1].segments.lowerBound..<segment + 1
      } else {
        layers.append(Layer(number: number, segments: segment..<segment + 1))
      }
    }
    self.layers = layers
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
      var inputs = try inputs(of: node).map { try place($0) }
      if isProductOfGated(original) { inputs[0] = try result.append(Self.nothing, [inputs[0]]) }
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

  /// What changes no number but keeps a device from seeing what stands before and behind it as one operation.
  private static let nothing = Clamp(limits: -3e38...3e38)

  /// Whether a node is the product of a gated value with a matrix: OpenVINO's CPU plugin (2026.4) makes one operation of
  /// it and of the two products before it where it computes in bf16, and divides by zero there on a single thread.
  private func isProductOfGated(_ node: Graph.Node) -> Bool {
    guard graph.productWeight(of: node) != nil,
      let gated = graph.node(of: node.inputs[0]).operation as? Binary
    else { return false }
    return gated.kind == .multiply
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

/// Where the nodes of a graph belong: a layer's number and which part of it, as one number that grows along the graph.
private struct GraphPlaces {
  private static let partCount = 1 << 12

  private let weightLimit: Int
  /// The place of each node so far; −1 for none.
  private(set) var ofNode: [Int] = []
  private var isPending: [Bool] = []
  private var weightCounts: [Int: Int] = [:]
  private var lastPart: [Int: Int] = [:]

  init(weightLimit: Int) { self.weightLimit = weightLimit }

  static func layer(_ place: Int) -> Int { place / partCount }

  mutating func add(_ node: Graph.Node, of graph: Graph) {
    // A weight belongs to what reads it first, so that none crosses from one part of a layer to another.
    guard !(node.operation is WeightOperation) else {
      ofNode.append(-1)
      isPending.append(true)
      return
    }
    var place = node.inputs.map { ofNode[$0.node] }.max() ?? -1
    let weights = node.inputs.filter { isPending[$0.node] }
    var count = 0
    for input in weights {
      guard let weight = graph.node(of: input).operation as? WeightOperation,
        let layer = GraphSegments.layer(of: weight.name)
      else { continue }
      place = max(place, layer * Self.partCount + lastPart[layer, default: 0])
      count += weight.weight.shape.elementCount
    }
    if count > 0 {
      let taken = weightCounts[place, default: 0]
      if taken > 0, taken + count > weightLimit, place % Self.partCount < Self.partCount - 1 { place += 1 }
      weightCounts[place, default: 0] += count
      lastPart[Self.layer(place)] = place % Self.partCount
      for input in weights {
        ofNode[input.node] = place
        isPending[input.node] = false
      }
    }
    ofNode.append(place)
    isPending.append(false)
  }
}
