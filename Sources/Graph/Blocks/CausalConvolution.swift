import Tensors

/// A short convolution over the last tokens, with a filter for each channel.
package struct CausalConvolution: Sendable {
  /// The module's name in the checkpoint.
  package var name: String
  /// The filters, [channels, 1, width].
  package var weight: Weight
  /// What is added, [channels].
  package var bias: Weight?
  /// What is applied to the result.
  package var activation: Activation?

  /// A convolution.
  package init(name: String, weight: Weight, bias: Weight? = nil, activation: Activation? = nil) {
    self.name = name
    self.weight = weight
    self.bias = bias
    self.activation = activation
  }
}

extension WeightScope {
  /// The convolution stored here.
  package func causalConvolution(
    channels: Int, width: Int, bias: Bool, activation: Activation? = nil
  ) throws(TensorError) -> CausalConvolution {
    CausalConvolution(
      name: path, weight: try weight("weight", [channels, 1, width]),
      bias: bias ? try weight("bias", [channels]) : nil, activation: activation)
  }
}

extension DecoderBuilder {
  /// [batch, tokens, channels] → the same, each token mixed with the few before it.
  ///
  /// The state holds as many tokens as the filter is wide, one more than are needed: the plugins' paged convolution
  /// wants it so. They find the form by the Concat of state and input, the Slice behind the convolution and the name
  /// of the state.
  package func convolve(_ input: Value, _ convolution: CausalConvolution) throws(GraphError) -> Value {
    let (channels, width) = (convolution.weight.shape[0], convolution.weight.shape[2])
    let state = try recurrentState(.convolution, [channels, width])
    let columns = try graph.transpose(input, [0, 2, 1])
    let whole = try graph.concat([state.past, columns], axis: -1)
    let filters = try graph.weight(
      convolution.weight.reshaped([channels, 1, 1, width]), role: .table, name: convolution.name + ".weight")
    var result = try graph.append(GroupConvolution(), [whole, filters])
    if let bias = convolution.bias {
      result = try graph.add(
        result,
        graph.weight(bias.reshaped([1, channels, 1]), role: .bias, name: convolution.name + ".bias"))
    }
    result = try graph.suffix(result, graph.extentVector(2, of: columns), axis: 2)
    try keep(graph.slice(whole, from: -width, to: .max, axis: 2), in: state)
    if let activation = convolution.activation { result = try graph.activate(result, activation) }
    return try graph.transpose(result, [0, 2, 1])
  }
}
