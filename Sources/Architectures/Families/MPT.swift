import Graph
import JSON
import Tensors

/// MPT: biases by distance in place of positions, and no biases of any other kind.
package struct MPT: Architecture {
  package static let modelTypes = ["mpt"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["lm_head.weight"]

  private let intermediateSize: Int
  private let epsilon: Float
  private let scale, clip: Float?
  private let slopes: [Float]

  package static func defaults(for modelType: String) -> JSONObject { ["tie_word_embeddings": true] }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    let attention = ConfigurationKeys(keys.value("attn_config") ?? .null)
    self.config = config
    try keys.require("no_bias", true, because: "only MPT without biases is supported")
    try keys.require("logit_scale", .null, because: "a factor on logits is not supported here")
    try attention.require("alibi", true, because: "only MPT with ALiBi is supported")
    try attention.require("qk_ln", false, because: "norms of queries and keys are not supported here")
    try attention.require("prefix_lm", false, because: "only causal attention is supported")
    try attention.require(
      "attn_type", "multihead_attention", because: "only multihead_attention is supported")
    // The reference does not look at `expansion_ratio`.
    intermediateSize = 4 * config.hiddenSize
    epsilon = Float(try keys.number("layer_norm_epsilon", or: 1e-5))
    scale = try attention.optionalNumber("softmax_scale").map { Float($0) }
    let limit = try attention.number("clip_qkv", or: 0)
    clip = limit == 0 ? nil : Float(limit)
    // Nor at `alibi_bias_max`, which is 8 in all models.
    slopes = LinearBiases.slopes(heads: config.headCount)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let names = DecoderNames(
      embedding: "transformer.wte", layers: "transformer.blocks", attentionNorm: "norm_1",
      feedForwardNorm: "norm_2", norm: "transformer.norm_f")
    return try PreNormDecoder(config: config, norm: norm, names: names).build(weights, options) { layer, _ in
      var attention = try config.fusedAttention(layer["attn"], fused: "Wqkv", output: "out_proj")
      attention.scale = scale
      attention.clip = clip
      attention.slopes = slopes
      let mlp = try config.plainFeedForward(
        layer["ffn"], intermediate: intermediateSize, activation: .gelu)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon, bias: false)
  }
}
