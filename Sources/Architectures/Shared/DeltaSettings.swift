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

  /// The layer whose queries, keys and values are projected and mixed apart (OLMo Hybrid).
  func separateNet(_ scope: WeightScope, _ config: ModelConfiguration) throws -> GatedDeltaNet {
    let hidden = config.hiddenSize, channels = 2 * keySize + valueSize
    let parts = [("q", keySize), ("k", keySize), ("v", valueSize)]
    let projections = try parts.map { try scope["\($0.0)_proj"].linear($0.1, hidden).weight }
    return GatedDeltaNet(
      name: scope.path, keyHeadCount: keyHeadCount, valueHeadCount: valueHeadCount,
      keyHeadDimension: keyHeadDimension, valueHeadDimension: valueHeadDimension,
      input: Linear(name: scope["in_proj_qkv"].path, weight: .stacked(projections)),
      gate: try scope["g_proj"].linear(valueSize, hidden),
      strength: try scope["b_proj"].linear(valueHeadCount, hidden),
      decay: try scope["a_proj"].linear(valueHeadCount, hidden),
      convolution: CausalConvolution(
        name: scope["conv1d"].path, weight: try separateFilters(scope, parts, channels), bias: nil,
        activation: activation),
      decayLogarithm: try scope.weight("A_log", [valueHeadCount]),
      decayBias: try scope.weight("dt_bias", [valueHeadCount]),
      norm: try scope["o_norm"].rootMeanSquareNorm(valueHeadDimension, epsilon: epsilon),
      output: try scope["o_proj"].linear(hidden, valueSize))
  }

  /// The filters of queries, keys and values, which transformers 5.24 stores in three equal parts, whatever their sizes.
  private func separateFilters(
    _ scope: WeightScope, _ parts: [(name: String, size: Int)], _ channels: Int
  ) throws -> Weight {
    func all(_ sizes: [Int]) throws -> Weight {
      .stacked(
        try zip(parts, sizes).map {
          try scope["\($0.name)_conv1d"].weight("weight", [$1, 1, kernelSize])
        })
    }
    do {
      return try all(parts.map(\.size))
    } catch let error as TensorError where error.code == .badShape && channels % 3 == 0 {
      return try all([channels / 3, channels / 3, channels / 3])
    }
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
