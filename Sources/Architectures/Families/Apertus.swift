import Graph
import JSON
import Tensors

/// Apertus: Llama's form with norms on each head of queries and keys, and a plain feed-forward part with a trained
/// activation.
package struct Apertus: Architecture {
  package static let modelTypes = ["apertus"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  /// Nil for the trained one.
  private let activation: Activation?
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias: Bool

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "max_position_embeddings": 65_536,
      "rope_parameters": [
        "rope_type": "llama3", "rope_theta": 12_000_000, "factor": 8, "low_freq_factor": 1,
        "high_freq_factor": 4, "original_max_position_embeddings": 8192,
      ],
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.keys.text("hidden_act", or: "xielu") == "xielu" ? nil : config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-5))
    attentionBias = try config.keys.flag("attention_bias", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let names = DecoderNames(attentionNorm: "attention_layernorm", feedForwardNorm: "feedforward_layernorm")
    let decoder = PreNormDecoder(
      config: config, norm: { try norm($0, config.hiddenSize) }, names: names)
    return try decoder.build(weights, options) { layer, _ in
      let scope = layer["self_attn"]
      var attention = try config.attention(scope, bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      attention.queryNorm = .perHead(try norm(scope["q_norm"], config.headDimension))
      attention.keyNorm = .perHead(try norm(scope["k_norm"], config.headDimension))
      var mlp = try config.plainFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation ?? .relu)
      if activation == nil { mlp.xielu = try trained(layer["mlp.act_fn"]) }
      return (attention, .dense(mlp))
    }
  }

  private func trained(_ scope: WeightScope) throws -> XIELU {
    XIELU(
      name: scope.path, alphaP: try scope.weight("alpha_p", [1]), alphaN: try scope.weight("alpha_n", [1]),
      beta: try scope.optionalWeight("beta", [])?.reshaped([1]) ?? Weight([0.5], shape: [1]),
      epsilon: try scope.optionalWeight("eps", [])?.reshaped([1]) ?? Weight([-1e-6], shape: [1]))
  }

  private func norm(_ scope: WeightScope, _ size: Int) throws -> Normalization {
    try scope.rootMeanSquareNorm(size, epsilon: epsilon)
  }
}
