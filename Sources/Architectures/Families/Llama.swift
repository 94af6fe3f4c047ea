import Graph
import JSON
import Tensors

/// Llama 1 to 3, and the many models of its form: SmolLM, TinyLlama, Yi, Falcon 3, DeepSeek-R1-Distill-Llama, Seed-OSS,
/// InternLM 1 and 3, XVERSE …
package struct Llama: Architecture {
  package static let modelTypes = ["internlm", "internlm3", "llama", "seed_oss", "xverse"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias, outputBias, mlpBias: Bool

  package static func defaults(for modelType: String) -> JSONObject {
    switch modelType {
    case "seed_oss":
      [
        "num_key_value_heads": 8, "head_dim": 128, "attention_bias": true, "attention_out_bias": false,
        "max_position_embeddings": 524_288,
      ]
    case "internlm3":
      [
        "num_key_value_heads": 2, "head_dim": 128, "rms_norm_eps": 1e-5, "max_position_embeddings": 32_768,
      ]
    default: [:]
    }
  }

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-6))
    let isInternLM = config.modelType == "internlm3"
    let bias =
      try isInternLM
      ? config.keys.flag("qkv_bias", or: false)
      : config.modelType == "internlm" && config.keys.flag("bias", or: true)
    attentionBias = try config.keys.flag("attention_bias", or: bias)
    outputBias = try config.keys.flag("attention_out_bias", or: attentionBias)
    mlpBias = try config.keys.flag("mlp_bias", or: isInternLM && config.keys.flag("bias", or: false))
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm)
    return try decoder.build(weights, options) { layer, _ in
      var attention = try config.attention(layer["self_attn"], bias: attentionBias, outputBias: outputBias)
      attention.rotary = rotary
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation, bias: mlpBias)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
