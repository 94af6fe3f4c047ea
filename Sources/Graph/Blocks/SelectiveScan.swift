import Tensors

/// A selective state space without heads (Mamba, arXiv 2312.00752): each channel has a memory of its own, and the time
/// that passes in it is projected from a few numbers.
package struct SelectiveScan: Sendable {
  /// The module's name, which the nodes are named after.
  package var name: String
  /// The size of a channel's memory (`state_size`).
  package var stateSize: Int
  /// From how many numbers the times are projected (`time_step_rank`).
  package var timeRank: Int
  /// The channels, [channels, hidden].
  package var input: Linear
  /// What the result is gated with, [channels, hidden].
  package var gate: Linear
  /// Mixes channels with those of the tokens before.
  package var convolution: CausalConvolution
  /// From channels to the numbers of the times and the factors by which memory is written and read.
  package var factors: Linear
  /// From the numbers to the times.
  package var time: Linear
  /// Norms of the numbers, of what writes and of what reads, where the family has them.
  package var factorNorms: [Normalization]
  /// ln of the rate of fading, [channels, state size] (`A_log`).
  package var decayLogarithm: Weight
  /// How much of a channel goes past the memory, [channels] (`D`).
  package var skip: Weight
  /// From channels to hidden.
  package var output: Linear

  /// A state space.
  package init(
    name: String, stateSize: Int, timeRank: Int, input: Linear, gate: Linear, convolution: CausalConvolution,
    factors: Linear, time: Linear, factorNorms: [Normalization] = [], decayLogarithm: Weight, skip: Weight,
    output: Linear
  ) {
    self.name = name
    self.stateSize = stateSize
    self.timeRank = timeRank
    self.input = input
    self.gate = gate
    self.convolution = convolution
    self.factors = factors
    self.time = time
    self.factorNorms = factorNorms
    self.decayLogarithm = decayLogarithm
    self.skip = skip
    self.output = output
  }
}

extension DecoderBuilder {
  /// [batch, tokens, hidden] → [batch, tokens, hidden].
  package func scan(_ input: Value, _ space: SelectiveScan) throws(GraphError) -> Value {
    try graph.within(space.name) { () throws(GraphError) in
      let both = try graph.linears(input, [space.input, space.gate], merging: options.mergeProjections)
      let channels = try convolve(withoutPadding(both[0]), space.convolution)
      var factors = try graph.split(
        graph.linear(channels, space.factors), [space.timeRank, space.stateSize, space.stateSize], axis: 2)
      for (index, norm) in space.factorNorms.enumerated() {
        factors[index] = try graph.normalize(factors[index], norm)
      }
      let time = try withoutPadding(graph.unary(.softPlus, graph.linear(factors[0], space.time)))
      let read = try scan(channels, time, write: factors[1], read: factors[2], space)
      let skip = try graph.weight(space.skip, role: .table, name: space.name + ".D")
      let sum = try graph.add(read, graph.multiply(channels, skip))
      return try graph.linear(graph.multiply(sum, graph.unary(.swish, both[1])), space.output)
    }
  }

  /// Runs through the tokens (axis 1): memory = memory · exp(−exp(A) · time) + time · channel · write, and what is read
  /// is the sum of memory · read over the state. All of it happens within the loop, so that the memory of no token but
  /// the last is kept. [batch, tokens, channels].
  private func scan(
    _ channels: Value, _ time: Value, write: Value, read: Value, _ space: SelectiveScan
  ) throws(GraphError) -> Value {
    let logarithm = try graph.weight(space.decayLogarithm, role: .table, name: space.name + ".A_log")
    let rate = try graph.multiply(graph.unary(.exp, logarithm), graph.float(-1))
    let state = try recurrentState(.memory, [space.skip.shape[0], space.stateSize])
    let results = try graph.broadcast(graph.float(0), to: graph.append(ShapeOf(), [channels]))
    let ends = try graph.loop(
      over: [time, graph.multiply(time, channels), write, read], axis: 1, shared: [rate],
      carrying: [state.past, results], order: [1, 0]
    ) { (body, entries) throws(GraphError) in
      // [batch, 1, channels] → [batch, channels, 1]; what writes and reads stays [batch, 1, state size].
      let time = try body.transpose(entries.sliced[0], [0, 2, 1])
      let left = try body.unary(.exp, body.multiply(time, entries.shared[0]))
      let added = try body.multiply(body.transpose(entries.sliced[1], [0, 2, 1]), entries.sliced[2])
      let memory = try body.add(body.multiply(entries.carried[0], left), added)
      let result = try body.reduce(
        .sum, body.multiply(memory, entries.sliced[3]), axis: -1, keepsDimensions: false)
      let place = try body.unsqueeze(entries.iteration, 0)
      return [
        memory,
        try body.append(
          ScatterUpdate(), [entries.carried[1], place, body.unsqueeze(result, 1), body.integer(1)]),
      ]
    }
    try keep(ends[1], in: state)
    return ends[0]
  }
}
