import Graph
import JSON
import Tensors

/// SantaCoder, StarCoder 1 and Granite Code: GPT-2's form with one key-value head for all queries, and matrices stored as
/// [out, in].
package struct GPTBigCode: Architecture {
  package static let modelTypes = ["gpt_bigcode"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*.attn.bias", "*.attn.masked_bias", "lm_head.weight"]

  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let scale: Float?

  package static func defaults(for modelType: String) -> JSONObject { ["tie_word_embeddings": true] }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    var config = config
    try keys.require("add_cross_attention", false, because: "only decoders without an encoder are supported")
    config.keyValueHeadCount = try keys.flag("multi_query", or: true) ? 1 : config.headCount
    self.config = config
    activation = try config.activation("activation_function", or: "gelu_pytorch_tanh")
    intermediateSize = try keys.optionalSize("n_inner") ?? 4 * config.hiddenSize
    epsilon = Float(try keys.number("layer_norm_epsilon", or: 1e-5))
    scale = try keys.flag("scale_attn_weights", or: true) ? nil : 1
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let names = DecoderNames(
      embedding: "transformer.wte", layers: "transformer.h", attentionNorm: "ln_1", feedForwardNorm: "ln_2",
      norm: "transformer.ln_f")
    var decoder = PreNormDecoder(config: config, norm: norm, names: names)
    decoder.prepare = { hidden, decoder in
      try decoder.addLearnedPositions(hidden, config, weights["transformer.wpe"])
    }
    return try decoder.build(weights, options) { layer, _ in
      var attention = try config.groupedAttention(
        layer["attn"], fused: "c_attn", output: "c_proj", bias: true, outputBias: true)
      attention.scale = scale
      let mlp = try config.plainFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation, bias: true,
        names: (up: "c_fc", down: "c_proj"))
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
  }
}
