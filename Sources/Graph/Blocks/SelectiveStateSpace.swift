import Tensors

/// A selective state space with heads (Mamba 2, arXiv 2405.21060): a memory that each token lets fade, adds to and
/// reads, by factors that the token chooses.
package struct SelectiveStateSpace: Sendable {
  /// The module's name, which the nodes are named after.
  package var name: String
  /// How many heads there are (`mamba_n_heads`).
  package var headCount: Int
  /// The size of a head (`mamba_d_head`).
  package var headDimension: Int
  /// The size of the memory for each element of a head (`mamba_d_state`).
  package var stateSize: Int
  /// How many heads' groups have factors of their own (`mamba_n_groups`), a divisor of the heads.
  package var groupCount: Int
  /// What the result is gated with, [heads · head size].
  package var gate: Linear
  /// Heads, and the factors by which memory is written and read, one under another.
  package var input: Linear
  /// The time that passes in each head, [heads].
  package var time: Linear
  /// Mixes heads and factors with those of the tokens before.
  package var convolution: CausalConvolution
  /// ln of the rate of fading, [heads] (`A_log`).
  package var decayLogarithm: Weight
  /// What is added to the time before softplus, [heads] (`dt_bias`).
  package var timeBias: Weight
  /// How much of a head goes past the memory, [heads] (`D`).
  package var skip: Weight
  /// The shortest and longest time (`time_step_limit`).
  package var timeLimits: ClosedRange<Float>
  /// How the result is normalised and gated.
  package var gatedNorm: GatedNorm
  /// From heads to the state.
  package var output: Linear

  /// How a result is normalised and gated.
  package enum GatedNorm: Sendable {
    /// Only gated.
    case none
    /// Gated, and then normalised in so many groups.
    case afterGate(Normalization, groups: Int)
    /// Normalised in so many groups, and then gated.
    case beforeGate(Normalization, groups: Int)
  }

  /// A state space.
  package init(
    name: String, headCount: Int, headDimension: Int, stateSize: Int, groupCount: Int, gate: Linear,
    input: Linear, time: Linear, convolution: CausalConvolution, decayLogarithm: Weight, timeBias: Weight,
    skip: Weight, timeLimits: ClosedRange<Float>, gatedNorm: GatedNorm, output: Linear
  ) {
    self.name = name
    self.headCount = headCount
    self.headDimension = headDimension
    self.stateSize = stateSize
    self.groupCount = groupCount
    self.gate = gate
    self.input = input
    self.time = time
    self.convolution = convolution
    self.decayLogarithm = decayLogarithm
    self.timeBias = timeBias
    self.skip = skip
    self.timeLimits = timeLimits
    self.gatedNorm = gatedNorm
    self.output = output
  }

  fileprivate var innerSize: Int { headCount * headDimension }
}

extension DecoderBuilder {
  /// [batch, tokens, hidden] → [batch, tokens, hidden].
  ///
  /// What a token does to the memory is computed for all tokens before the loop, because that is the form which the
  /// conversion to paged attention replaces by one node, PagedSelectiveSSM (docs/hybrids.md).
  package func scan(_ input: Value, _ space: SelectiveStateSpace) throws(GraphError) -> Value {
    try graph.within(space.name) { () throws(GraphError) in
      let projected = try graph.linears(input, [space.gate, space.input, space.time], merging: false)
      let mixed = try convolve(withoutPadding(projected[1]), space.convolution)
      let factors = space.groupCount * space.stateSize
      let parts = try graph.split(mixed, [space.innerSize, factors, factors], axis: 2)
      let heads = try graph.reshape(parts[0], [0, 0, space.headCount, space.headDimension])
      let time = try time(projected[2], space)
      let read = try scan(heads, time, write: factor(parts[1], space), read: factor(parts[2], space), space)
      let skip = try graph.weight(
        space.skip.reshaped([1, 1, space.headCount, 1]), role: .table, name: space.name + ".D")
      let sum = try graph.add(read, graph.multiply(heads, skip))
      let flat = try graph.reshape(sum, [0, 0, space.innerSize])
      return try graph.linear(gated(flat, projected[0], space), space.output)
    }
  }

  /// softplus(input + bias) within its limits; none passes in padding. [batch, tokens, heads].
  private func time(_ input: Value, _ space: SelectiveStateSpace) throws(GraphError) -> Value {
    let bias = try graph.weight(space.timeBias, role: .bias, name: space.name + ".dt_bias")
    var time = try graph.unary(.softPlus, graph.add(input, bias))
    let limits = space.timeLimits
    if limits.lowerBound > 0 || limits.upperBound < .greatestFiniteMagnitude {
      time = try graph.append(Clamp(limits: limits), [time])
    }
    return try withoutPadding(time)
  }

  /// [batch, tokens, groups · state size] → [batch, tokens, heads, state size].
  private func factor(_ input: Value, _ space: SelectiveStateSpace) throws(GraphError) -> Value {
    let groups = try graph.unsqueeze(graph.reshape(input, [0, 0, space.groupCount, space.stateSize]), 3)
    let tiled = try graph.append(
      Tile(), [groups, graph.integers([1, 1, 1, space.headCount / space.groupCount, 1])])
    return try graph.reshape(tiled, [0, 0, space.headCount, space.stateSize])
  }

  /// Runs through the tokens (axis 1): memory = memory · exp(−exp(A) · time) + time · write · head, and what is read is
  /// the sum of memory · read over the state. [batch, tokens, heads, head size].
  private func scan(
    _ heads: Value, _ time: Value, write: Value, read: Value, _ space: SelectiveStateSpace
  ) throws(GraphError) -> Value {
    let logarithm = try graph.weight(space.decayLogarithm, role: .table, name: space.name + ".A_log")
    let rate = try graph.multiply(graph.unary(.exp, logarithm), graph.float(-1))
    let left = try graph.reshape(graph.unary(.exp, graph.multiply(rate, time)), [0, 0, 0, 1, 1])
    let timed = try graph.multiply(graph.unsqueeze(time, -1), write)
    let added = try graph.multiply(graph.unsqueeze(timed, -2), graph.unsqueeze(heads, -1))
    let state = try recurrentState(.memory, [space.headCount, space.headDimension, space.stateSize])
    let results = try graph.broadcast(graph.float(0), to: graph.append(ShapeOf(), [heads]))
    let ends = try graph.loop(
      over: [left, added, graph.unsqueeze(read, -2)], axis: 1, carrying: [state.past, results], order: [1, 0]
    ) { (body, entries) throws(GraphError) in
      let faded = try body.multiply(entries.carried[0], body.squeeze(entries.sliced[0], 1))
      let memory = try body.add(faded, body.squeeze(entries.sliced[1], 1))
      let weighted = try body.multiply(memory, body.squeeze(entries.sliced[2], 1))
      let result = try body.unsqueeze(body.reduce(.sum, weighted, axis: -1, keepsDimensions: false), 1)
      let place = try body.unsqueeze(entries.iteration, 0)
      return [
        memory, try body.append(ScatterUpdate(), [entries.carried[1], place, result, body.integer(1)]),
      ]
    }
    try keep(ends[1], in: state)
    return ends[0]
  }

  private func gated(_ value: Value, _ gate: Value, _ space: SelectiveStateSpace) throws(GraphError) -> Value
  {
    let gate = try graph.unary(.swish, gate)
    switch space.gatedNorm {
    case .none: return try graph.multiply(value, gate)
    case .afterGate(let norm, let groups):
      return try graph.normalize(graph.multiply(value, gate), norm, groups: groups)
    case .beforeGate(let norm, let groups):
      return try graph.multiply(graph.normalize(value, norm, groups: groups), gate)
    }
  }
}

extension Graph {
  /// Normalises each of `groups` equal parts of the last axis of [batch, tokens, size] for itself.
  func normalize(_ value: Value, _ norm: Normalization, groups: Int) throws(GraphError) -> Value {
    guard groups > 1, let size = value.shape[2].fixed else { return try normalize(value, norm) }
    var grouped = norm
    grouped.weight = norm.weight?.reshaped([groups, size / groups])
    let parts = try normalize(reshape(value, [0, 0, groups, size / groups]), grouped)
    return try reshape(parts, [0, 0, size])
  }
}
