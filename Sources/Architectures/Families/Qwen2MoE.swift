import Graph
import Tensors

/// Qwen 1.5 and 2 with experts: besides the chosen experts, each token uses one that all share, weighted by a gate of
/// its own.
public struct Qwen2MoE: Architecture {
  public static let modelTypes = ["qwen2_moe"]
  public let config: ModelConfiguration
  public let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize, sharedSize: Int
  private let epsilon: Float
  private let attentionBias: Bool
  private let windows: [Int?]
  private let experts: ExpertSettings

  public init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    sharedSize = try config.keys.size("shared_expert_intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-6))
    attentionBias = try config.keys.flag("qkv_bias", or: true)
    windows = try config.switchedSlidingWindows()
    experts = try ExpertSettings(config)
  }

  public func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.embed(config, model["embed_tokens"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      var attention = try config.attention(layer["self_attn"], bias: attentionBias)
      attention.rotary = rotary
      attention.slidingWindow = windows[index]
      let input = try decoder.normalize(hidden, norm(layer["input_layernorm"]))
      hidden = try decoder.add(hidden, decoder.attend(input, attention, layer: index))
      let middle = try decoder.normalize(hidden, norm(layer["post_attention_layernorm"]))
      hidden = try decoder.add(hidden, feedForward(decoder, middle, layer["mlp"], index))
    }
    let last = try decoder.normalize(hidden, norm(model["norm"]))
    return try decoder.finish(last, config, head: weights["lm_head"], embedding: model["embed_tokens"])
  }

  private func feedForward(
    _ decoder: DecoderBuilder, _ input: Value, _ scope: WeightScope, _ index: Int
  ) throws -> Value {
    guard !experts.denseLayers.contains(index) else {
      return try decoder.feedForward(
        input, config.gatedFeedForward(scope, intermediate: intermediateSize, activation: activation))
    }
    let chosen = try decoder.mixture(input, config.experts(scope, experts))
    let shared = try decoder.feedForward(
      input,
      config.gatedFeedForward(scope["shared_expert"], intermediate: sharedSize, activation: activation))
    let gate = try decoder.graph.linear(
      input, scope["shared_expert_gate"].linear(1, config.hiddenSize), role: .router)
    return try decoder.add(
      chosen, decoder.graph.multiply(decoder.graph.unary(.sigmoid, gate), shared))
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
