import Tensors

/// Linear attention by the gated delta rule (arXiv 2412.06464): a memory that maps keys to values, which each token
/// lets fade, corrects at its key and reads at its query.
package struct GatedDeltaNet: Sendable {
  /// The module's name, which the nodes are named after.
  package var name: String
  /// Heads of queries and keys (`linear_num_key_heads`).
  package var keyHeadCount: Int
  /// Heads of values (`linear_num_value_heads`), a multiple of the others.
  package var valueHeadCount: Int
  /// The size of a key (`linear_key_head_dim`).
  package var keyHeadDimension: Int
  /// The size of a value (`linear_value_head_dim`).
  package var valueHeadDimension: Int
  /// Queries, keys and values, one under another.
  package var input: Linear
  /// What the result is gated with, [values].
  package var gate: Linear
  /// How much of a value is written, [value heads].
  package var strength: Linear
  /// How fast the memory fades, [value heads].
  package var decay: Linear
  /// Mixes queries, keys and values with those of the tokens before.
  package var convolution: CausalConvolution
  /// ln of the rate of fading, [value heads] (`A_log`).
  package var decayLogarithm: Weight
  /// What is added to the rate before softplus, [value heads] (`dt_bias`).
  package var decayBias: Weight
  /// Over each head's result.
  package var norm: Normalization
  /// From values to the state.
  package var output: Linear
  /// What strengths are multiplied with; 2 lets a value be written the other way round (`linear_allow_neg_eigval`).
  package var strengthFactor: Float = 1

  /// Linear attention.
  package init(
    name: String, keyHeadCount: Int, valueHeadCount: Int, keyHeadDimension: Int, valueHeadDimension: Int,
    input: Linear, gate: Linear, strength: Linear, decay: Linear, convolution: CausalConvolution,
    decayLogarithm: Weight, decayBias: Weight, norm: Normalization, output: Linear
  ) {
    self.name = name
    self.keyHeadCount = keyHeadCount
    self.valueHeadCount = valueHeadCount
    self.keyHeadDimension = keyHeadDimension
    self.valueHeadDimension = valueHeadDimension
    self.input = input
    self.gate = gate
    self.strength = strength
    self.decay = decay
    self.convolution = convolution
    self.decayLogarithm = decayLogarithm
    self.decayBias = decayBias
    self.norm = norm
    self.output = output
  }

  fileprivate var keySize: Int { keyHeadCount * keyHeadDimension }
  fileprivate var valueSize: Int { valueHeadCount * valueHeadDimension }
}

extension DecoderBuilder {
  /// [batch, tokens, hidden] → [batch, tokens, hidden].
  ///
  /// The forms of the head's repetition, of the norms, of the query's scale and of the loop are those that the plugins
  /// replace by one node, GatedDeltaNet (docs/hybrids.md).
  package func attendLinearly(_ input: Value, _ net: GatedDeltaNet) throws(GraphError) -> Value {
    try graph.within(net.name) { () throws(GraphError) in
      let projected = try graph.linears(input, [net.input, net.gate], merging: false)
      // A row for each head, on which all its memory hangs: like a router, they keep eight bits.
      let strengths = try graph.linear(input, net.strength, role: .router)
      let decays = try graph.linear(input, net.decay, role: .router)
      let mixed = try convolve(withoutPadding(projected[0]), net.convolution)
      let parts = try graph.split(mixed, [net.keySize, net.keySize, net.valueSize], axis: 2)
      let query = try graph.scaledForDeltaRule(normalizedHeads(parts[0], net))
      let key = try normalizedHeads(parts[1], net)
      let value = try graph.transpose(
        graph.reshape(parts[2], [0, 0, net.valueHeadCount, net.valueHeadDimension]), [0, 2, 1, 3])
      let strength = try graph.transpose(
        graph.scaled(graph.unary(.sigmoid, strengths), by: net.strengthFactor), [0, 2, 1])
      let decay = try graph.transpose(decay(decays, net), [0, 2, 1])
      let read = try deltaRule(query, key, value, decay, strength, net)
      // Each head's result is normalised, and then gated; flat, because the paged form gives it another shape.
      let flat = [-1, net.valueHeadDimension]
      let heads = try graph.normalize(
        graph.reshape(graph.transpose(read, [0, 2, 1, 3]), flat), net.norm)
      let gated = try graph.multiply(heads, graph.unary(.swish, graph.reshape(projected[1], flat)))
      let shape = try graph.concat(
        [
          graph.extentVector(0, of: input), graph.extentVector(1, of: input), graph.integers([net.valueSize]),
        ],
        axis: 0)
      let joined = try graph.append(Reshape(specialZero: false), [gated, shape])
      return try graph.linear(joined, net.output)
    }
  }

  /// −exp(A) · softplus(input + bias): the logarithm of what is left of the memory after a token.
  private func decay(_ input: Value, _ net: GatedDeltaNet) throws(GraphError) -> Value {
    let logarithm = try graph.weight(net.decayLogarithm, role: .table, name: net.name + ".A_log")
    let rate = try graph.multiply(graph.unary(.exp, logarithm), graph.float(-1))
    let bias = try graph.weight(net.decayBias, role: .bias, name: net.name + ".dt_bias")
    return try graph.multiply(rate, graph.unary(.softPlus, graph.add(input, bias)))
  }

  /// [batch, tokens, key heads · key size] → [batch, value heads, tokens, key size], each of length 1.
  private func normalizedHeads(_ input: Value, _ net: GatedDeltaNet) throws(GraphError) -> Value {
    var heads = try graph.reshape(input, [0, 0, net.keyHeadCount, net.keyHeadDimension])
    let share = net.valueHeadCount / net.keyHeadCount
    if share > 1 { heads = try graph.repeatedHeads(heads, share) }
    let length = try graph.reduce(.sum, graph.multiply(heads, heads), axis: -1, keepsDimensions: true)
    let root = try graph.unary(.sqrt, graph.add(length, graph.float(1e-6)))
    let unit = try graph.multiply(heads, graph.binary(.divide, graph.float(1), root))
    return try graph.transpose(unit, [0, 2, 1, 3])
  }

  /// Runs through the tokens (axis 2): the memory [batch, heads, key size, value size] fades, the difference between a
  /// value and what the memory has at its key is added there, and what it has at the query is read.
  private func deltaRule(
    _ query: Value, _ key: Value, _ value: Value, _ decay: Value, _ strength: Value, _ net: GatedDeltaNet
  ) throws(GraphError) -> Value {
    let state = try recurrentState(
      .memory, [net.valueHeadCount, net.keyHeadDimension, net.valueHeadDimension])
    let results = try graph.broadcast(graph.float(0), to: graph.append(ShapeOf(), [value]))
    let ends = try graph.loop(
      over: [query, key, value, decay, strength], axis: 2, carrying: [state.past, results], order: [1, 0]
    ) { (body, entries) throws(GraphError) in
      let left = try body.unsqueeze(body.unary(.exp, entries.sliced[3]), -1)
      let faded = try body.multiply(entries.carried[0], left)
      let key = try body.unsqueeze(body.squeeze(entries.sliced[1], 2), -1)
      let known = try body.reduce(.sum, body.multiply(faded, key), axis: -2, keepsDimensions: false)
      let new = try body.multiply(
        body.binary(.subtract, body.squeeze(entries.sliced[2], 2), known), entries.sliced[4])
      let memory = try body.add(faded, body.multiply(key, body.unsqueeze(new, -2)))
      let query = try body.unsqueeze(body.squeeze(entries.sliced[0], 2), -1)
      let read = try body.reduce(.sum, body.multiply(memory, query), axis: -2, keepsDimensions: true)
      let place = try body.unsqueeze(entries.iteration, 0)
      return [
        memory, try body.append(ScatterUpdate(), [entries.carried[1], place, read, body.integer(2)]),
      ]
    }
    try keep(ends[1], in: state)
    return ends[0]
  }
}

extension Graph {
  /// Each head of [batch, tokens, heads, size] as often as heads share it, one copy beside another. The index is
  /// computed, and not a constant, because only so do the plugins see that the copies are not needed.
  fileprivate func repeatedHeads(_ input: Value, _ share: Int) throws(GraphError) -> Value {
    let count = try gather(append(ShapeOf(), [input]), integer(2), axis: 0)
    let row = try unsqueeze(append(IntegerRange(), [integer(0), count, integer(1)]), 0)
    let tiled = try append(Tile(), [row, integers([share, 1])])
    let index = try append(Reshape(specialZero: false), [transpose(tiled, [1, 0]), integers([-1])])
    return try gather(input, index, axis: 2)
  }

  /// Divided by the root of the size of a key, whose form is the sign by which the plugins know a delta rule.
  fileprivate func scaledForDeltaRule(_ query: Value) throws(GraphError) -> Value {
    let size = try convert(gather(append(ShapeOf(), [query]), integer(3), axis: 0), to: .f32)
    return try binary(.divide, query, binary(.power, size, float(0.5)))
  }
}
