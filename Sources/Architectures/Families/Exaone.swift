import Graph
import JSON
import Tensors

/// EXAONE 3 and 3.5, and EXAONE Deep: Llama's form under GPT-2's names.
package struct Exaone: Architecture {
  package static let modelTypes = ["exaone"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary.inv_freq", "*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias, mlpBias: Bool

  package static func defaults(for modelType: String) -> JSONObject {
    ["num_key_value_heads": 8, "max_position_embeddings": 4096]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary(theta: 500_000)
    activation = try Activation(name: keys.text("hidden_act", "activation_function", or: "silu"))
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: keys.number("layer_norm_epsilon", or: 1e-5)))
    attentionBias = try keys.flag("attention_bias", or: false)
    mlpBias = try keys.flag("mlp_bias", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let names = DecoderNames(
      embedding: "transformer.wte", layers: "transformer.h", attentionNorm: "ln_1", feedForwardNorm: "ln_2",
      norm: "transformer.ln_f")
    return try PreNormDecoder(config: config, norm: norm, names: names).build(weights, options) { layer, _ in
      var attention = try config.attention(
        layer["attn.attention"], bias: attentionBias, outputBias: attentionBias, output: "out_proj")
      attention.rotary = rotary
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation, bias: mlpBias,
        names: (gate: "c_fc_0", up: "c_fc_1", down: "c_proj"))
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
