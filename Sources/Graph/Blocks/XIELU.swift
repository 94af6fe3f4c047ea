import Tensors

/// An activation with trained parameters (arXiv 2411.13010): α₊x² + βx above zero, and
/// α₋(e^min(x, ε) − 1 − x) + βx below, with α₊ = softplus(`alpha_p`) and α₋ = β + softplus(`alpha_n`).
package struct XIELU: Sendable {
  /// The module's name in the checkpoint.
  package var name: String
  /// The parameters, [1] each.
  package var alphaP, alphaN, beta, epsilon: Weight

  /// The activation with its parameters.
  package init(name: String, alphaP: Weight, alphaN: Weight, beta: Weight, epsilon: Weight) {
    self.name = name
    self.alphaP = alphaP
    self.alphaN = alphaN
    self.beta = beta
    self.epsilon = epsilon
  }
}

extension Graph {
  /// Applies the activation to each element.
  func activate(_ input: Value, _ xielu: XIELU) throws(GraphError) -> Value {
    func parameter(_ weight: Weight, _ name: String) throws(GraphError) -> Value {
      try self.weight(weight, role: .norm, name: "\(xielu.name).\(name)")
    }
    let beta = try parameter(xielu.beta, "beta")
    let positive = try unary(.softPlus, parameter(xielu.alphaP, "alpha_p"))
    let negative = try add(beta, unary(.softPlus, parameter(xielu.alphaN, "alpha_n")))
    let straight = try multiply(input, beta)
    let above = try multiply(multiply(input, input), positive)
    let bounded = try binary(.minimum, input, parameter(xielu.epsilon, "eps"))
    let power = try binary(.subtract, unary(.exp, bounded), float(1))
    let below = try multiply(binary(.subtract, power, input), negative)
    let isPositive = try binary(.greater, input, float(0))
    return try add(append(Select(), [isPositive, above, below]), straight)
  }
}
