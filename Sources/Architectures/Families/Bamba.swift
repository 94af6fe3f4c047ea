import Graph
import JSON
import Tensors

/// Bamba: state spaces with heads, and attention in a few layers.
package struct Bamba: Architecture {
  package static let modelTypes = ["bamba"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias, feedForwardBias: Bool
  private let layerTypes: [LayerType]
  private let space: StateSpaceSettings

  package static func defaults(for modelType: String) -> JSONObject {
    [
      "num_key_value_heads": 8, "mamba_n_heads": 128, "mamba_d_state": 256,
      "max_position_embeddings": 262_144,
    ]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary(partial: 0.5)
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-5))
    attentionBias = try keys.flag("attention_bias", or: false)
    feedForwardBias = try keys.flag("mlp_bias", or: false)
    let listed = Set(try keys.numbers("attn_layer_indices")?.compactMap { Int(exactly: $0) } ?? [])
    layerTypes = try config.layerTypes { listed.contains($0) ? .attention : .recurrent }
    space = try StateSpaceSettings(mamba: config, epsilon: epsilon)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(
      config: config, norm: { try $0.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon) },
      isRecurrent: true,
      names: DecoderNames(feedForwardNorm: "pre_ff_layernorm", norm: "model.final_layernorm"))
    return try decoder.build(weights, options) { layer, index in
      let feedForward = try config.gatedFeedForward(
        layer["feed_forward"], intermediate: intermediateSize, activation: activation, bias: feedForwardBias)
      guard layerTypes[index] == .attention else {
        return (
          try space.stateSpace(layer["mamba"], hiddenSize: config.hiddenSize), .dense(feedForward)
        )
      }
      var attention = try config.attention(layer["self_attn"], bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      return (attention, .dense(feedForward))
    }
  }
}
