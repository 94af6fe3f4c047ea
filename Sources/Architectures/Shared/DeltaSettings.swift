import Graph
import JSON
import Tensors

/// What the configuration says about layers of gated delta rule.
struct DeltaSettings: Sendable {
  /// Heads of queries and keys (`linear_num_key_heads`).
  var keyHeadCount: Int
  /// Heads of values (`linear_num_value_heads`).
  var valueHeadCount: Int
  /// The size of a key (`linear_key_head_dim`).
  var keyHeadDimension: Int
  /// The size of a value (`linear_value_head_dim`).
  var valueHeadDimension: Int
  /// How many tokens a filter of the convolution sees (`linear_conv_kernel_dim`).
  var kernelSize: Int
  /// What is applied behind the convolution.
  var activation: Activation
  /// ε of the norm over each head's result.
  var epsilon: Float

  /// Reads the keys.
  init(_ config: ModelConfiguration, epsilon: Float) throws {
    let keys = config.keys
    keyHeadCount = try keys.size("linear_num_key_heads")
    valueHeadCount = try keys.size("linear_num_value_heads")
    keyHeadDimension = try keys.size("linear_key_head_dim")
    valueHeadDimension = try keys.size("linear_value_head_dim")
    kernelSize = try keys.optionalSize("linear_conv_kernel_dim") ?? 4
    activation = try config.activation()
    self.epsilon = epsilon
    guard valueHeadCount % keyHeadCount == 0 else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json has \(valueHeadCount) linear value heads, which do not share \(keyHeadCount) key heads")
    }
  }

  private var keySize: Int { keyHeadCount * keyHeadDimension }
  private var valueSize: Int { valueHeadCount * valueHeadDimension }

  /// The layer whose projections are stored apart (Qwen 3.5), or mixed by key head (Qwen 3 Next).
  func net(_ scope: WeightScope, _ config: ModelConfiguration) throws -> GatedDeltaNet {
    let hidden = config.hiddenSize
    let parts =
      try scope.contains("in_proj_qkvz.weight") ? mixedProjections(scope, hidden) : projections(scope, hidden)
    return GatedDeltaNet(
      name: scope.path, keyHeadCount: keyHeadCount, valueHeadCount: valueHeadCount,
      keyHeadDimension: keyHeadDimension, valueHeadDimension: valueHeadDimension,
      input: parts.input, gate: parts.gate, strength: parts.strength, decay: parts.decay,
      convolution: try scope["conv1d"].causalConvolution(
        channels: 2 * keySize + valueSize, width: kernelSize, bias: false, activation: activation),
      decayLogarithm: try scope.weight("A_log", [valueHeadCount]),
      decayBias: try scope.weight("dt_bias", [valueHeadCount]),
      norm: try scope["norm"].rootMeanSquareNorm(valueHeadDimension, epsilon: epsilon),
      output: try scope["out_proj"].linear(hidden, valueSize))
  }

  private typealias Projections = (input: Linear, gate: Linear, strength: Linear, decay: Linear)

  private func projections(_ scope: WeightScope, _ hidden: Int) throws -> Projections {
    (
      try scope["in_proj_qkv"].linear(2 * keySize + valueSize, hidden),
      try scope["in_proj_z"].linear(valueSize, hidden),
      try scope["in_proj_b"].linear(valueHeadCount, hidden),
      try scope["in_proj_a"].linear(valueHeadCount, hidden)
    )
  }

  /// For each key head: its query, its key, the values that share it, and their gates; in a second matrix the
  /// strengths and the decays of those values.
  private func mixedProjections(_ scope: WeightScope, _ hidden: Int) throws -> Projections {
    let share = valueHeadCount / keyHeadCount
    let lengths = [
      keyHeadDimension, keyHeadDimension, share * valueHeadDimension, share * valueHeadDimension,
    ]
    func rows(_ lengths: [Int], _ part: Int) -> [Int] {
      let start = lengths[..<part].reduce(0, +), step = lengths.reduce(0, +)
      return (0..<keyHeadCount).flatMap { head in
        let first = head * step + start
        return Array(first..<first + lengths[part])
      }
    }
    let wide = try scope["in_proj_qkvz"].linear(2 * keySize + 2 * valueSize, hidden)
    let narrow = try scope["in_proj_ba"].linear(2 * valueHeadCount, hidden)
    func named(_ linear: Linear, _ order: [Int], _ name: String) -> Linear {
      var part = linear.reordered(order)
      part.name = scope[name].path
      return part
    }
    return (
      named(wide, rows(lengths, 0) + rows(lengths, 1) + rows(lengths, 2), "in_proj_qkv"),
      named(wide, rows(lengths, 3), "in_proj_z"), named(narrow, rows([share, share], 0), "in_proj_b"),
      named(narrow, rows([share, share], 1), "in_proj_a")
    )
  }
}
