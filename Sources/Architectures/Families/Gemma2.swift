import Graph
import Tensors

/// Gemma 2 and the text part of Gemma 3: norms before and after each part of a layer, windows in alternate layers.
///
/// Gemma 2 limits attention scores softly, which no fused attention computes, so that its graph cannot be served by
/// paged attention. Gemma 3 normalises queries and keys instead, and turns local layers by angles of their own.
package struct Gemma2: Architecture {
  package static let modelTypes = ["gemma2", "gemma3_text"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let globalRotary, localRotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon, scale: Float
  private let attentionSoftcap, finalSoftcap: Float?
  private let attentionBias, normalizesHeads: Bool
  private let windows: [Int?]

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    let isThird = config.modelType == "gemma3_text"
    self.config = config
    try keys.require("use_bidirectional_attention", false, because: "only causal attention is supported")
    globalRotary = try config.rotary(layerType: "full_attention", theta: isThird ? 1_000_000 : 10_000)
    localRotary = isThird ? try config.gemmaLocalRotary() : globalRotary
    activation = try config.gemmaActivation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    scale = 1 / Float(try keys.number("query_pre_attn_scalar", or: 256)).squareRoot()
    attentionSoftcap = try keys.optionalNumber("attn_logit_softcapping").map { Float($0) }
    finalSoftcap = try keys.optionalNumber("final_logit_softcapping").map { Float($0) }
    attentionBias = try keys.flag("attention_bias", or: false)
    normalizesHeads = isThird
    let pattern =
      try isThird ? keys.optionalSize("sliding_window_pattern") ?? 6 : 2
    windows = try config.slidingWindows { ($0 + 1) % pattern != 0 }
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.graph.scaled(
      decoder.embed(config, model["embed_tokens"]), by: Float(config.hiddenSize).squareRoot())
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      let input = try decoder.normalize(hidden, norm(layer["input_layernorm"]))
      let attended = try decoder.attend(input, attention(layer["self_attn"], index), layer: index)
      hidden = try decoder.add(
        hidden, decoder.normalize(attended, norm(layer["post_attention_layernorm"])))
      let middle = try decoder.normalize(hidden, norm(layer["pre_feedforward_layernorm"]))
      let result = try decoder.feedForward(
        middle,
        config.gatedFeedForward(layer["mlp"], intermediate: intermediateSize, activation: activation))
      hidden = try decoder.add(
        hidden, decoder.normalize(result, norm(layer["post_feedforward_layernorm"])))
    }
    let last = try decoder.normalize(hidden, norm(model["norm"]))
    return try decoder.finish(
      last, config, head: weights["lm_head"], embedding: model["embed_tokens"], softcap: finalSoftcap)
  }

  private func attention(_ scope: WeightScope, _ index: Int) throws -> Attention {
    var attention = try config.attention(scope, bias: attentionBias, outputBias: attentionBias)
    attention.scale = scale
    attention.softcap = attentionSoftcap
    attention.slidingWindow = windows[index]
    attention.rotary = windows[index] == nil ? globalRotary : localRotary
    if normalizesHeads {
      attention.queryNorm = .perHead(
        try scope["q_norm"].rootMeanSquareNorm(config.headDimension, epsilon: epsilon, offset: 1))
      attention.keyNorm = .perHead(
        try scope["k_norm"].rootMeanSquareNorm(config.headDimension, epsilon: epsilon, offset: 1))
    }
    return attention
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon, offset: 1)
  }
}

extension ModelConfiguration {
  /// The rotary positions of Gemma 3's and 3n's local layers: `rope_parameters.sliding_attention`, or in older files
  /// `rope_local_base_freq` without any scaling.
  func gemmaLocalRotary() throws -> RotaryEmbedding {
    if json["rope_parameters"]?["sliding_attention"] != nil {
      return try rotary(layerType: "sliding_attention")
    }
    return RotaryEmbedding(
      dimension: headDimension, theta: try keys.number("rope_local_base_freq", or: 10_000))
  }
}
