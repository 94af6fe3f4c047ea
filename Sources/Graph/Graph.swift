import Tensors

/// A graph of typed operations that only grows: nodes are in an order in which they can be computed.
///
/// It is built by one task and not shared between threads.
package final class Graph {
  /// One operation with its inputs.
  package struct Node: Sendable {
    /// The name of the layer in the IR, unique in the graph.
    package let name: String
    /// What is computed.
    package let operation: any Operation
    /// The values it is computed from.
    package let inputs: [Value]
    /// What is known about its outputs.
    package let outputs: [ValueType]
  }

  /// A named output of the whole graph.
  package struct Output: Sendable {
    /// The name by which the runtime knows the tensor.
    package let name: String
    /// The value that is handed out.
    package let value: Value
  }

  /// All nodes, in an order in which they can be computed.
  package private(set) var nodes: [Node] = []
  /// The outputs, in order.
  package private(set) var outputs: [Output] = []
  private var usedNames: [String: Int] = [:]
  private var path = ""

  /// The name of the module whose nodes are being added, empty outside of all.
  package var currentPath: String { path }

  /// An empty graph.
  package init() {}

  /// Adds a node that has one output, and gives that.
  /// - Parameters:
  ///   - name: the layer's name inside of the current scope; the operation's type when nil.
  /// - Throws: `GraphError` where the operation cannot take these inputs.
  @discardableResult
  package func append(
    _ operation: some Operation, _ inputs: [Value] = [], name: String? = nil
  ) throws(GraphError) -> Value {
    try appendAll(operation, inputs, name: name)[0]
  }

  /// Adds a node, and gives all of its outputs.
  @discardableResult
  package func appendAll(
    _ operation: some Operation, _ inputs: [Value] = [], name: String? = nil
  ) throws(GraphError) -> [Value] {
    let fullName = unique(scoped(name ?? operation.typeName))
    let outputs: [ValueType]
    do {
      outputs = try operation.outputs(for: inputs.map(\.type))
    } catch {
      throw GraphError(error.code, "\(fullName): \(error.message)")
    }
    nodes.append(Node(name: fullName, operation: operation, inputs: inputs, outputs: outputs))
    return outputs.enumerated().map { Value(node: nodes.count - 1, port: $0.offset, type: $0.element) }
  }

  /// Declares `value` an output of the graph, under `name`.
  package func addOutput(_ name: String, _ value: Value) {
    outputs.append(Output(name: name, value: value))
  }

  /// Names the nodes that `body` adds as children of `path`, the name of a module in the checkpoint. The path
  /// replaces the one around it.
  package func within<Result, Failure: Error>(
    _ path: String, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let outer = self.path
    self.path = path
    defer { self.path = outer }
    return try body()
  }

  /// The graph without what no output is computed from, its unused inputs among it.
  /// - Throws: `GraphError` of code `unsupported` for a graph with states, which count as outputs.
  package func pruned() throws(GraphError) -> Graph {
    guard variables.isEmpty else { throw GraphError(.unsupported, "cutting a graph with states") }
    var needed = Set(outputs.map(\.value.node))
    for index in nodes.indices.reversed() where needed.contains(index) {
      needed.formUnion(nodes[index].inputs.map(\.node))
    }
    let result = Graph()
    var replacements: [Int: [Value]] = [:]
    func replaced(_ value: Value) -> Value { replacements[value.node]?[value.port] ?? value }
    for (index, node) in nodes.enumerated() where needed.contains(index) {
      replacements[index] = try result.appendAll(node.operation, node.inputs.map(replaced), name: node.name)
    }
    for output in outputs { result.addOutput(output.name, replaced(output.value)) }
    return result
  }

  /// The inputs of the graph, in order.
  package var parameters: [Node] { nodes.filter { $0.operation is Parameter } }

  /// The states that the graph keeps from run to run, in order.
  package var variables: [Variable] { nodes.compactMap { ($0.operation as? ReadValue)?.variable } }

  /// The node that a value comes from.
  package func node(of value: Value) -> Node { nodes[value.node] }

  private func scoped(_ name: String) -> String { path.isEmpty ? name : "\(path)/\(name)" }

  private func unique(_ name: String) -> String {
    let count = usedNames[name, default: 0]
    usedNames[name] = count + 1
    return count == 0 ? name : unique("\(name)_\(count)")
  }
}
