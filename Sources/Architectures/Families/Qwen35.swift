import Graph
import Tensors

/// Qwen 3 Next and the text part of Qwen 3.5, dense and with experts: three layers of gated delta rule for one of
/// attention, whose result is gated.
package struct Qwen35: Architecture {
  package static let modelTypes = ["qwen3_5_text", "qwen3_5_moe_text", "qwen3_next"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight", "mtp.*", "model.mtp.*"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let epsilon: Float
  private let attentionBias: Bool
  private let layerTypes: [LayerType]
  private let delta: DeltaSettings
  private let intermediateSize, sharedSize: Int
  private let experts: ExpertSettings?

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary(partial: 0.25)
    activation = try config.activation()
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    attentionBias = try keys.flag("attention_bias", or: false)
    let interval = try keys.optionalSize("full_attention_interval") ?? 4
    layerTypes = try config.layerTypes { ($0 + 1) % interval == 0 ? .attention : .recurrent }
    delta = try DeltaSettings(config, epsilon: epsilon)
    let isMixture = config.modelType != "qwen3_5_text"
    // Qwen 3 Next may have layers without experts; Qwen 3.5 always makes the weights add up to one.
    var experts = isMixture ? try ExpertSettings(config, normalizesShares: true) : nil
    if config.modelType == "qwen3_5_moe_text" { experts?.normalizesShares = true }
    self.experts = experts
    let hasDense = experts.map { !$0.denseLayers.isEmpty } ?? true
    intermediateSize = try hasDense ? keys.size("intermediate_size") : 0
    sharedSize = try isMixture ? keys.size("shared_expert_intermediate_size") : 0
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: { try norm($0) }, isRecurrent: true)
    return try decoder.build(weights, options) { layer, index in
      let mixer: any TokenMixer =
        try layerTypes[index] == .attention
        ? attention(layer["self_attn"]) : delta.net(layer["linear_attn"], config)
      return (mixer, try feedForward(layer["mlp"], index))
    }
  }

  /// The query's projection holds a gate beside each head.
  private func attention(_ scope: WeightScope) throws -> Attention {
    let (heads, size) = (config.headCount, config.headDimension)
    let both = try scope["q_proj"].linear(2 * heads * size, config.hiddenSize, bias: attentionBias)
    func rows(_ part: Int) -> [Int] {
      (0..<heads).flatMap { head in
        let start = (2 * head + part) * size
        return Array(start..<start + size)
      }
    }
    var gate = both.reordered(rows(1)), query = both.reordered(rows(0))
    // Two weights of one matrix need two names.
    query.name = scope["q_proj"].path
    gate.name = scope["gate_proj"].path
    let keys = config.keyValueHeadCount * size
    var attention = Attention(
      name: scope.path, headCount: heads, keyValueHeadCount: config.keyValueHeadCount, headDimension: size,
      query: query,
      key: try scope["k_proj"].linear(keys, config.hiddenSize, bias: attentionBias),
      value: try scope["v_proj"].linear(keys, config.hiddenSize, bias: attentionBias),
      output: try scope["o_proj"].linear(config.hiddenSize, heads * size, bias: attentionBias))
    attention.outputGate = gate
    attention.queryNorm = .perHead(try norm(scope["q_norm"], size))
    attention.keyNorm = .perHead(try norm(scope["k_norm"], size))
    attention.rotary = rotary
    return attention
  }

  private func feedForward(_ scope: WeightScope, _ index: Int) throws -> FeedForwardPart {
    guard let experts, !experts.denseLayers.contains(index) else {
      return .dense(
        try config.gatedFeedForward(scope, intermediate: intermediateSize, activation: activation))
    }
    return try config.expertsAndGatedShare(scope, experts, sharedSize: sharedSize, activation: activation)
  }

  private func norm(_ scope: WeightScope, _ size: Int? = nil) throws -> Normalization {
    try scope.rootMeanSquareNorm(size ?? config.hiddenSize, epsilon: epsilon, offset: 1)
  }
}
