import Graph
import JSON
import Tensors

/// OLMo 2 and 3: the norms come after each part of a layer, and queries and keys are normalised over all heads. OLMo 3
/// has sliding windows in most layers, whose rotary positions are not stretched.
package struct OLMo2: Architecture {
  package static let modelTypes = ["olmo2", "olmo3"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let globalRotary, localRotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias: Bool
  private let windows: [Int?]

  package static func defaults(for modelType: String) -> JSONObject {
    modelType == "olmo3" ? ["sliding_window": 4096] : [:]
  }

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    let isThird = config.modelType == "olmo3"
    let theta = isThird ? 500_000.0 : 10_000
    globalRotary = try config.rotary(theta: theta)
    localRotary = try isThird ? config.unstretchedRotary(theta: theta) : globalRotary
    windows =
      try isThird
      ? config.slidingWindows { ($0 + 1) % 4 != 0 } : Array(repeating: nil, count: config.layerCount)
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-5))
    attentionBias = try config.keys.flag("attention_bias", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.embed(config, model["embed_tokens"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      let attended = try decoder.attend(hidden, attention(layer["self_attn"], windows[index]), layer: index)
      hidden = try decoder.add(
        hidden, decoder.normalize(attended, norm(layer["post_attention_layernorm"], config.hiddenSize)))
      let result = try decoder.feedForward(
        hidden,
        config.gatedFeedForward(layer["mlp"], intermediate: intermediateSize, activation: activation))
      hidden = try decoder.add(
        hidden, decoder.normalize(result, norm(layer["post_feedforward_layernorm"], config.hiddenSize)))
    }
    let last = try decoder.normalize(hidden, norm(model["norm"], config.hiddenSize))
    return try decoder.finish(last, config, head: weights["lm_head"], embedding: model["embed_tokens"])
  }

  private func attention(_ scope: WeightScope, _ window: Int?) throws -> Attention {
    var attention = try config.attention(scope, bias: attentionBias, outputBias: attentionBias)
    attention.rotary = window == nil ? globalRotary : localRotary
    attention.slidingWindow = window
    attention.queryNorm = .whole(try norm(scope["q_norm"], config.headCount * config.headDimension))
    attention.keyNorm = .whole(try norm(scope["k_norm"], config.keyValueHeadCount * config.headDimension))
    return attention
  }

  private func norm(_ scope: WeightScope, _ size: Int) throws -> Normalization {
    try scope.rootMeanSquareNorm(size, epsilon: epsilon)
  }
}

extension ModelConfiguration {
  /// The rotary positions of layers with a window: their own where the file has them by layer type, else plain ones.
  fileprivate func unstretchedRotary(theta: Double) throws -> RotaryEmbedding {
    var rotary = try rotary(layerType: "sliding_attention", theta: theta)
    if keys.value("rope_parameters")?["sliding_attention"]?.object == nil { rotary.scaling = .none }
    return rotary
  }
}
