import Graph
import JSON
import Tensors

/// LFM 2, dense and with experts: short convolutions between gates, and attention in a few layers.
package struct LFM2: Architecture {
  package static let modelTypes = ["lfm2", "lfm2_moe"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let epsilon: Float
  private let kernelSize: Int
  private let convolutionBias: Bool
  private let layerTypes: [LayerType]
  private let intermediateSize, denseCount: Int
  private let experts: ExpertSettings?
  private let correctsChoice: Bool

  package static func defaults(for modelType: String) -> JSONObject {
    ["num_key_value_heads": 8, "tie_word_embeddings": true, "max_position_embeddings": 128_000]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary(theta: 1_000_000)
    epsilon = Float(try keys.number("norm_eps", or: 1e-5))
    kernelSize = try keys.optionalSize("conv_L_cache") ?? 3
    convolutionBias = try keys.flag("conv_bias", or: false)
    let listed = try keys.numbers("full_attn_idxs")?.compactMap { Int(exactly: $0) }
    layerTypes = try config.layerTypes { listed?.contains($0) ?? true ? .attention : .recurrent }
    let isMixture = config.modelType == "lfm2_moe"
    let size = try keys.size("block_ff_dim", "intermediate_size")
    intermediateSize = try isMixture ? size : LFM2.adjusted(size, keys)
    denseCount = isMixture ? keys.value("num_dense_layers")?.int ?? 2 : config.layerCount
    var experts = try isMixture ? ExpertSettings(config, normalizesShares: true) : nil
    experts?.scoring = .sigmoid
    experts?.scalingFactor = Float(try keys.number("routed_scaling_factor", or: 1))
    self.experts = experts
    correctsChoice = try keys.flag("use_expert_bias", or: true)
  }

  /// Two thirds of the size, stretched, and rounded up to a multiple.
  private static func adjusted(_ size: Int, _ keys: ConfigurationKeys) throws -> Int {
    guard try keys.flag("block_auto_adjust_ff_dim", or: true) else { return size }
    let multiple = try keys.optionalSize("block_multiple_of") ?? 256
    let stretched = Double(2 * size / 3) * (try keys.number("block_ffn_dim_multiplier", or: 1))
    guard stretched >= 1, stretched < 1e9 else {
      throw ArchitectureError(.badConfiguration, "config.json: 'block_ffn_dim_multiplier' makes \(stretched)")
    }
    return (Int(stretched) + multiple - 1) / multiple * multiple
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(
      config: config, norm: { try norm($0) }, isRecurrent: true,
      names: DecoderNames(
        attentionNorm: "operator_norm", feedForwardNorm: "ffn_norm", norm: "model.embedding_norm"))
    return try decoder.build(weights, options) { layer, index in
      let mixer: any TokenMixer =
        try layerTypes[index] == .attention ? attention(layer["self_attn"]) : convolution(layer["conv"])
      return (mixer, try feedForward(layer["feed_forward"], index))
    }
  }

  private func attention(_ scope: WeightScope) throws -> Attention {
    var attention = try config.attention(scope, output: "out_proj")
    attention.queryNorm = .perHead(try norm(scope["q_layernorm"], config.headDimension))
    attention.keyNorm = .perHead(try norm(scope["k_layernorm"], config.headDimension))
    attention.rotary = rotary
    return attention
  }

  private func convolution(_ scope: WeightScope) throws -> ShortConvolution {
    let size = config.hiddenSize
    return ShortConvolution(
      name: scope.path, input: try scope["in_proj"].linear(3 * size, size, bias: convolutionBias),
      convolution: try scope["conv"].causalConvolution(
        channels: size, width: kernelSize, bias: convolutionBias),
      output: try scope["out_proj"].linear(size, size, bias: convolutionBias))
  }

  private func feedForward(_ scope: WeightScope, _ index: Int) throws -> FeedForwardPart {
    let names = (gate: "w1", up: "w3", down: "w2")
    guard let experts, index >= denseCount else {
      return .dense(
        try config.gatedFeedForward(scope, intermediate: intermediateSize, activation: .silu, names: names))
    }
    return .experts(
      try config.experts(
        scope, experts, correctionBias: correctsChoice ? "expert_bias" : nil, projections: names))
  }

  private func norm(_ scope: WeightScope, _ size: Int? = nil) throws -> Normalization {
    try scope.rootMeanSquareNorm(size ?? config.hiddenSize, epsilon: epsilon)
  }
}
