import Tensors

/// A short convolution between two gates (LFM 2): out · (c ∗ convolve(b ∗ x)), with b, c and x made of the input.
package struct ShortConvolution: Sendable {
  /// The module's name, which the nodes are named after.
  package var name: String
  /// b, c and x, one under another, [3 · hidden, hidden].
  package var input: Linear
  /// What mixes a token with those before.
  package var convolution: CausalConvolution
  /// From hidden to hidden.
  package var output: Linear

  /// A convolution between gates.
  package init(name: String, input: Linear, convolution: CausalConvolution, output: Linear) {
    self.name = name
    self.input = input
    self.convolution = convolution
    self.output = output
  }
}

extension DecoderBuilder {
  /// [batch, tokens, hidden] → [batch, tokens, hidden].
  package func convolve(_ input: Value, _ convolution: ShortConvolution) throws(GraphError) -> Value {
    try graph.within(convolution.name) { () throws(GraphError) in
      let size = convolution.input.outputCount / 3
      let parts = try graph.split(graph.linear(input, convolution.input), [size, size, size], axis: 2)
      let entered = try withoutPadding(graph.multiply(parts[0], parts[2]))
      let mixed = try convolve(entered, convolution.convolution)
      return try graph.linear(graph.multiply(parts[1], mixed), convolution.output)
    }
  }
}
