import Graph
import Tensors

/// What the configuration says about state-space layers without heads (Mamba).
struct SelectiveScanSettings: Sendable {
  /// How many channels there are (`intermediate_size`, or `expand` times the hidden size).
  var channelCount: Int
  /// The size of a channel's memory (`state_size`).
  var stateSize: Int
  /// From how many numbers times are projected (`time_step_rank`).
  var timeRank: Int
  /// How many tokens a filter of the convolution sees (`conv_kernel`).
  var kernelSize: Int
  /// Whether the convolution adds a bias.
  var convolutionBias: Bool
  /// Whether the projections add one.
  var projectionBias: Bool
  /// What is applied behind the convolution.
  var activation: Activation

  /// Mamba's own keys.
  init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    let expansion = try keys.optionalSize("expand") ?? 2
    channelCount = try keys.optionalSize("intermediate_size") ?? expansion * config.hiddenSize
    stateSize = try keys.size("state_size")
    // "auto" is a sixteenth of the hidden size.
    timeRank = keys.value("time_step_rank")?.int ?? (config.hiddenSize + 15) / 16
    kernelSize = try keys.optionalSize("conv_kernel") ?? 4
    convolutionBias = try keys.flag("use_conv_bias", or: true)
    projectionBias = try keys.flag("use_bias", or: false)
    activation = try config.activation()
    try check()
  }

  /// Jamba's keys.
  init(jamba config: ModelConfiguration) throws {
    let keys = config.keys
    channelCount = (try keys.optionalSize("mamba_expand") ?? 2) * config.hiddenSize
    stateSize = try keys.optionalSize("mamba_d_state") ?? 16
    timeRank = keys.value("mamba_dt_rank")?.int ?? (config.hiddenSize + 15) / 16
    kernelSize = try keys.optionalSize("mamba_d_conv") ?? 4
    convolutionBias = try keys.flag("mamba_conv_bias", or: true)
    projectionBias = try keys.flag("mamba_proj_bias", or: false)
    activation = try config.activation()
    try check()
  }

  private func check() throws {
    guard timeRank > 0, timeRank < 1 << 20 else {
      throw ArchitectureError(
        .badConfiguration, "config.json: times cannot be projected from \(timeRank) numbers")
    }
  }

  /// The state space whose parts are stored under Mamba's names.
  func selectiveScan(_ scope: WeightScope, hiddenSize: Int) throws -> SelectiveScan {
    let both = try scope["in_proj"].linear(2 * channelCount, hiddenSize, bias: projectionBias)
    return SelectiveScan(
      name: scope.path, stateSize: stateSize, timeRank: timeRank,
      input: both.rows(0..<channelCount, name: scope["in_proj"].path + ".input"),
      gate: both.rows(channelCount..<2 * channelCount, name: scope["in_proj"].path + ".gate"),
      convolution: try scope["conv1d"].causalConvolution(
        channels: channelCount, width: kernelSize, bias: convolutionBias, activation: activation),
      factors: try scope["x_proj"].linear(timeRank + 2 * stateSize, channelCount),
      time: try scope["dt_proj"].linear(channelCount, timeRank, bias: true),
      decayLogarithm: try scope.weight("A_log", [channelCount, stateSize]),
      skip: try scope.weight("D", [channelCount]),
      output: try scope["out_proj"].linear(hiddenSize, channelCount, bias: projectionBias))
  }
}
