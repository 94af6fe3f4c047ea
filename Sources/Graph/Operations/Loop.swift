import Tensors

/// A graph that runs once for each entry of its inputs along an axis, and carries values from one run to the next.
///
/// Inputs are how often it runs (i32), whether it does (boolean), the values of which each run gets one entry, those
/// that every run gets whole, and what the first run is carried. Outputs are what the last run carries on.
package struct Loop: Operation {
  /// What runs.
  package struct Body: Sendable {
    /// The nodes, in an order in which they can be computed. They begin with the parameters: which run it is (i32),
    /// and the loop's inputs from the third on.
    package let nodes: [Graph.Node]
    /// What is carried on, in the order of the parameters.
    package let carried: [Value]
    /// Always true.
    package let condition: Value
  }

  /// What runs.
  package let body: Body
  /// The axis whose entries are run through.
  package let axis: Int
  /// How many values are run through.
  package let slicedCount: Int
  /// How many values every run gets whole.
  package let sharedCount: Int
  /// Which of the carried values are outputs, in order.
  package let order: [Int]

  package var typeName: String { "Loop" }
  package var opset: String { "opset5" }

  /// The body's parameters.
  package var parameterCount: Int { 1 + slicedCount + sharedCount + body.carried.count }

  package func outputs(for inputs: [ValueType]) throws(GraphError) -> [ValueType] {
    try expect(inputs, 1 + parameterCount)
    let carried = inputs.suffix(body.carried.count)
    for (initial, next) in zip(carried, body.carried) {
      guard initial.elementType == next.type.elementType, initial.shape.rank == next.shape.rank else {
        throw fault("is carried \(initial.shape) and carries \(next.shape) on")
      }
    }
    return order.map { carried[carried.startIndex + $0] }
  }
}

/// What one run of a loop's body is given.
package struct LoopEntries {
  /// Which run it is: an i32 scalar.
  package let iteration: Value
  /// The entry of each value that is run through; its axis has the extent 1.
  package let sliced: [Value]
  /// What every run gets whole.
  package let shared: [Value]
  /// What the run before carried on.
  package let carried: [Value]
}

extension Graph {
  /// Runs a body once for each entry of `sliced` along `axis`.
  /// - Parameters:
  ///   - sliced: at least one value; all have the same extent along the axis.
  ///   - shared: what every run gets whole.
  ///   - initial: what the first run is carried.
  ///   - order: which of the carried values are wanted, in this order.
  ///   - body: adds the nodes of a run to the graph that it is given, and returns what is carried on.
  /// - Returns: What the last run carries on.
  package func loop(
    over sliced: [Value], axis: Int, shared: [Value] = [], carrying initial: [Value], order: [Int],
    _ body: (Graph, LoopEntries) throws(GraphError) -> [Value]
  ) throws(GraphError) -> [Value] {
    let inner = Graph()
    let iteration = try inner.append(Parameter(.i32, []), name: "iteration")
    func parameter(_ value: Value, _ shape: PartialShape, _ name: String) throws(GraphError) -> Value {
      try inner.append(Parameter(value.type.elementType, shape), name: name)
    }
    let entries = LoopEntries(
      iteration: iteration,
      sliced: try sliced.map { value throws(GraphError) in
        var shape = value.shape
        shape[axis] = 1
        return try parameter(value, shape, "entry")
      },
      shared: try shared.map { value throws(GraphError) in try parameter(value, value.shape, "shared") },
      carried: try initial.map { value throws(GraphError) in try parameter(value, value.shape, "carried") })
    let next = try body(inner, entries)
    let condition = try inner.append(Constant(true))
    let loop = Loop(
      body: Loop.Body(nodes: inner.nodes, carried: next, condition: condition), axis: axis,
      slicedCount: sliced.count, sharedCount: shared.count, order: order)
    let count = try convert(extent(axis, of: sliced[0]), to: .i32)
    return try appendAll(loop, [count, append(Constant(true))] + sliced + shared + initial)
  }

  /// `value` without an axis of extent 1.
  package func squeeze(_ value: Value, _ axis: Int) throws(GraphError) -> Value {
    try append(Squeeze(), [value, integer(axis)])
  }

  /// The last entries of `value` along `axis`, as many as the vector `count` of one element says.
  package func suffix(_ value: Value, _ count: Value, axis: Int) throws(GraphError) -> Value {
    let start = try multiply(count, integers([-1]))
    return try append(Slice(), [value, start, integers([.max]), integers([1]), integers([axis])])
  }
}
