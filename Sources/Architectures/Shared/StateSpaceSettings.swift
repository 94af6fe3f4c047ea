import Graph
import JSON
import Tensors

/// What the configuration says about state-space layers with heads (Mamba 2), under whichever names the family has.
struct StateSpaceSettings: Sendable {
  /// How many heads there are.
  var headCount: Int
  /// The size of a head.
  var headDimension: Int
  /// The size of the memory for each element of a head.
  var stateSize: Int
  /// How many groups of heads have factors of their own.
  var groupCount: Int
  /// How many tokens a filter of the convolution sees.
  var kernelSize: Int
  /// Whether the convolution adds a bias.
  var convolutionBias: Bool
  /// Whether the projections add one.
  var projectionBias: Bool
  /// What is applied behind the convolution.
  var activation: Activation
  /// The shortest and longest time that a token may take.
  var timeLimits: ClosedRange<Float>
  /// ε of the gated norm.
  var epsilon: Float

  /// The keys of `mamba_…`, as Granite, Falcon-H1 and Bamba have them.
  init(mamba config: ModelConfiguration, epsilon: Float) throws {
    let keys = config.keys
    headCount = try keys.size("mamba_n_heads")
    let inner =
      try keys.optionalSize("mamba_d_ssm") ?? (keys.optionalSize("mamba_expand") ?? 2) * config.hiddenSize
    // "auto" in files of transformers.
    let given = keys.value("mamba_d_head")?.int
    headDimension = given ?? inner / headCount
    stateSize = try keys.size("mamba_d_state")
    groupCount = try keys.optionalSize("mamba_n_groups") ?? 1
    kernelSize = try keys.optionalSize("mamba_d_conv") ?? 4
    convolutionBias = try keys.flag("mamba_conv_bias", or: true)
    projectionBias = try keys.flag("mamba_proj_bias", or: false)
    activation = try config.activation()
    timeLimits = try config.timeLimits()
    self.epsilon = epsilon
    try check(inner: inner)
  }

  /// The keys of Mamba 2 itself and of Nemotron-H.
  /// - Parameter prefix: what stands before `num_heads` and `head_dim`.
  init(plain config: ModelConfiguration, prefix: String = "", epsilon: Float) throws {
    let keys = config.keys
    headCount = try keys.size(prefix + "num_heads")
    headDimension = try keys.size(prefix + "head_dim")
    stateSize = try keys.size("ssm_state_size", "state_size")
    groupCount = try keys.optionalSize("n_groups", "mamba_n_groups") ?? 1
    kernelSize = try keys.optionalSize("conv_kernel", "mamba_d_conv") ?? 4
    convolutionBias = try keys.flag("use_conv_bias", or: true)
    projectionBias = try keys.flag("use_bias", or: false)
    activation = try config.activation(prefix + "hidden_act")
    timeLimits = try config.timeLimits()
    self.epsilon = epsilon
    try check(inner: headCount * headDimension)
  }

  private func check(inner: Int) throws {
    guard headCount * headDimension == inner, headCount % groupCount == 0 else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json: \(headCount) heads of \(headDimension) in \(groupCount) groups do not make up \(inner)")
    }
  }

  /// The size of all heads together.
  var innerSize: Int { headCount * headDimension }

  /// The state space whose parts are stored under Mamba 2's names.
  /// - Parameters:
  ///   - factors: what gate, heads, the two factors and the time are multiplied with.
  ///   - gatedNorm: how the result is normalised; by `norm` after the gate in as many groups as there are where nil.
  func stateSpace(
    _ scope: WeightScope, hiddenSize: Int, factors: [Float] = [1, 1, 1, 1, 1],
    gatedNorm: SelectiveStateSpace.GatedNorm? = nil
  ) throws -> SelectiveStateSpace {
    let (inner, group) = (innerSize, groupCount * stateSize)
    let channels = inner + 2 * group
    let parts = [inner, inner, group, group, headCount]
    var fused = try scope["in_proj"].linear(parts.reduce(0, +), hiddenSize, bias: projectionBias)
    if factors.contains(where: { $0 != 1 }) {
      let rows = zip(parts, factors).flatMap { Array(repeating: $1, count: $0) }
      fused.weight = fused.weight.rowsScaled(rows)
      fused.bias = try fused.bias.map { try $0.scaledEach(by: rows) }
    }
    let norm =
      try gatedNorm
      ?? .afterGate(
        scope["norm"].rootMeanSquareNorm(inner, epsilon: epsilon), groups: groupCount)
    return SelectiveStateSpace(
      name: scope.path, headCount: headCount, headDimension: headDimension, stateSize: stateSize,
      groupCount: groupCount, gate: fused.rows(0..<inner, name: scope["in_proj"].path + ".gate"),
      input: fused.rows(inner..<inner + channels, name: scope["in_proj"].path + ".input"),
      time: fused.rows(
        inner + channels..<inner + channels + headCount, name: scope["in_proj"].path + ".time"),
      convolution: try scope["conv1d"].causalConvolution(
        channels: channels, width: kernelSize, bias: convolutionBias, activation: activation),
      decayLogarithm: try scope.weight("A_log", [headCount]),
      timeBias: try scope.weight("dt_bias", [headCount]), skip: try scope.weight("D", [headCount]),
      timeLimits: timeLimits, gatedNorm: norm,
      output: try scope["out_proj"].linear(hiddenSize, inner, bias: projectionBias))
  }
}

extension Weight {
  /// A vector with each element multiplied by a factor.
  fileprivate func scaledEach(by factors: [Float]) throws -> Weight {
    reshaped([shape[0], 1]).rowsScaled(factors).reshaped([shape[0]])
  }
}

extension ModelConfiguration {
  /// `time_step_limit`; no limit where the file has none. Infinity is written as a word, or in an object.
  func timeLimits() throws -> ClosedRange<Float> {
    guard let pair = keys.value("time_step_limit")?.array else { return 0...Float.greatestFiniteMagnitude }
    func bound(_ value: JSON) -> Double? {
      if value["__float__"]?.string == "Infinity" { return .infinity }
      return value.double
    }
    guard pair.count == 2, let lower = bound(pair[0]), let upper = bound(pair[1]), lower >= 0, upper >= lower
    else {
      throw ArchitectureError(
        .badConfiguration, "config.json: 'time_step_limit' should be two numbers, the smaller one first")
    }
    let most = Double(Float.greatestFiniteMagnitude)
    return Float(min(lower, most))...Float(min(upper, most))
  }
}
