import Tensors

/// What a layer remembers of all earlier tokens in a tensor of fixed size.
///
/// It cannot be shortened: nothing in it tells one token from another.
package struct RecurrentState {
  /// What it is, which is a part of its name.
  package enum Kind: String, Sendable {
    /// The last inputs of a causal convolution.
    case convolution = "conv"
    /// The memory of linear attention or of a state space.
    case memory = "ssm"
  }

  fileprivate let variable: Variable
  /// Its value before this run, [batch, …].
  package let past: Value
}

extension DecoderBuilder {
  /// The next state of this kind, zeros at first. States are counted by kind, and the names are those by which the
  /// plugins and GenAI know what is no key-value cache.
  /// - Parameter shape: without the batch.
  package func recurrentState(_ kind: RecurrentState.Kind, _ shape: [Int]) throws(GraphError)
    -> RecurrentState
  {
    guard let beams, isRecurrent else {
      throw GraphError(.incomplete, "a recurrent state in a graph that was not begun with one")
    }
    let number = stateCounts[kind, default: 0]
    stateCounts[kind] = number + 1
    let variable = Variable(
      id: "cache_params.past.\(kind.rawValue).\(number)cache_params.present.\(kind.rawValue).\(number)",
      elementType: .f32, shape: PartialShape([.dynamic] + shape.map(Dimension.fixed)))
    let batch = try graph.extentVector(0, of: tokens)
    let zeros = try graph.broadcast(
      graph.float(0),
      to: graph.concat(
        [batch] + shape.map { extent throws(GraphError) in try graph.integers([extent]) }, axis: 0))
    let read = try graph.append(ReadValue(variable: variable), [zeros], name: "ReadValue_" + kind.rawValue)
    return RecurrentState(variable: variable, past: try graph.gather(read, beams, axis: 0))
  }

  /// Keeps `value` for the next run.
  package func keep(_ value: Value, in state: RecurrentState) throws(GraphError) {
    try graph.append(Assign(variable: state.variable), [value], name: "Assign")
  }

  /// `value` [batch, tokens, size] with zeros in place of padding, which a state must not take for text.
  ///
  /// The conversion to paged attention, where there is no padding, knows the form and removes it.
  package func withoutPadding(_ value: Value) throws(GraphError) -> Value {
    if let padding { return try graph.multiply(value, padding) }
    let real = try graph.within("padding") { () throws(GraphError) in
      let new = try graph.suffix(attentionMask, graph.extentVector(1, of: tokens), axis: 1)
      return try graph.convert(graph.unsqueeze(new, 2), to: .f32)
    }
    padding = real
    return try graph.multiply(value, real)
  }
}
