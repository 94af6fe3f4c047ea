import Tensors

/// A function applied to each element between two linear layers.
package enum Activation: Sendable, Hashable {
  /// x · sigmoid(x)
  case silu
  /// The Gaussian error linear unit, exact.
  case gelu
  /// The same, approximated with tanh.
  case geluTanh
  /// max(x, 0)
  case relu
  /// max(x, 0)²
  case reluSquared

  /// The activation of that name in `config.json`.
  /// - Throws: `GraphError` of code `unsupported` for names that are not known.
  package init(name: String) throws(GraphError) {
    switch name {
    case "silu", "swish": self = .silu
    case "gelu", "gelu_python": self = .gelu
    case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_accurate": self = .geluTanh
    case "relu": self = .relu
    case "relu2", "relu_squared": self = .reluSquared
    default:
      throw GraphError(
        .unsupported,
        "the activation '\(name)' is not supported (silu, gelu, gelu_new, gelu_pytorch_tanh, relu, relu2 are)"
      )
    }
  }
}

/// The part of a layer that works on each token alone.
package struct FeedForward: Sendable {
  /// The module's name, which the nodes are named after.
  package var name: String
  /// The gate, where there is one: down(activation(gate(x)) · up(x)); down(activation(up(x))) without.
  package var gate: Linear?
  /// From hidden to intermediate size.
  package var up: Linear
  /// From intermediate to hidden size.
  package var down: Linear
  /// What is applied in between.
  package var activation: Activation
  /// An activation that was trained, in place of the other.
  package var xielu: XIELU?
  /// How much of the gate is cut off before the activation.
  package var sparsity: ActivationSparsity?
  /// A norm before the last matrix.
  package var innerNorm: Normalization?

  /// A feed-forward part.
  package init(name: String, gate: Linear? = nil, up: Linear, down: Linear, activation: Activation) {
    self.name = name
    self.gate = gate
    self.up = up
    self.down = down
    self.activation = activation
  }
}

extension Graph {
  fileprivate func activate(_ value: Value, _ part: FeedForward) throws(GraphError) -> Value {
    guard let xielu = part.xielu else { return try activate(value, part.activation) }
    return try activate(value, xielu)
  }

  /// Applies an activation to each element.
  package func activate(_ value: Value, _ activation: Activation) throws(GraphError) -> Value {
    switch activation {
    case .silu: return try unary(.swish, value)
    case .gelu: return try append(Gelu(approximatesWithTanh: false), [value])
    case .geluTanh: return try append(Gelu(approximatesWithTanh: true), [value])
    case .relu: return try unary(.relu, value)
    case .reluSquared:
      let positive = try unary(.relu, value)
      return try multiply(positive, positive)
    }
  }
}

extension DecoderBuilder {
  /// [batch, tokens, hidden] → [batch, tokens, hidden].
  package func feedForward(_ input: Value, _ part: FeedForward) throws(GraphError) -> Value {
    try graph.within(part.name) { () throws(GraphError) in
      var inner: Value
      if let gate = part.gate {
        let both = try graph.linears(input, [gate, part.up], merging: options.mergeProjections)
        let gate = try part.sparsity.map { sparsity throws(GraphError) in try graph.cut(both[0], sparsity) }
        inner = try graph.multiply(graph.activate(gate ?? both[0], part), both[1])
      } else {
        inner = try graph.activate(graph.linear(input, part.up), part)
      }
      if let norm = part.innerNorm { inner = try graph.normalize(inner, norm) }
      return try graph.linear(inner, part.down)
    }
  }
}
