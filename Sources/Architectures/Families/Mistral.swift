import Graph
import JSON
import Tensors

/// Mistral 7B and its successors: Llama's form, with a sliding window in all layers of the early ones and in some
/// layers of Ministral. Ministral 3 makes queries sharper the further back a text began.
package struct Mistral: Architecture {
  package static let modelTypes = ["mistral", "ministral", "ministral3"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let windows: [Int?]
  private let temperature: QueryTemperature?

  package static func defaults(for modelType: String) -> JSONObject {
    guard modelType == "ministral3" else {
      return modelType == "ministral" ? ["num_key_value_heads": 8, "sliding_window": 4096] : [:]
    }
    return [
      "num_key_value_heads": 8, "head_dim": 128, "rms_norm_eps": 1e-5, "max_position_embeddings": 262_144,
      "rope_parameters": [
        "rope_type": "yarn", "rope_theta": 1_000_000, "factor": 16,
        "original_max_position_embeddings": 16_384, "mscale": 1, "mscale_all_dim": 1,
        "llama_4_scaling_beta": 0.1,
      ],
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-6))
    windows = try config.slidingWindows { _ in true }
    temperature = try config.modelType == "ministral3" ? config.positionTemperature() : nil
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(config: config, norm: norm)
    return try decoder.build(weights, options) { layer, index in
      var attention = try config.attention(layer["self_attn"])
      attention.rotary = rotary
      attention.slidingWindow = windows[index]
      attention.temperature = temperature
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}

extension ModelConfiguration {
  /// Queries times 1 + β · ln(1 + ⌊position / original length⌋), both from `rope_parameters`.
  fileprivate func positionTemperature() throws -> QueryTemperature? {
    let parameters = ConfigurationKeys(rotaryParameters())
    guard let scale = try parameters.optionalNumber("llama_4_scaling_beta"), scale != 0 else { return nil }
    let length = try parameters.optionalSize("original_max_position_embeddings") ?? maximumLength
    return QueryTemperature(scale: Float(scale), floor: Float(length), offset: 0)
  }
}
