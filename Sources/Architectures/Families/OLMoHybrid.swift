import Graph
import JSON
import Tensors

/// OLMo Hybrid: three layers of gated delta rule, with norms before their parts, for one of OLMo's attention, with norms
/// behind them; positions only where the file has a base for them.
package struct OLMoHybrid: Architecture {
  package static let modelTypes = ["olmo_hybrid"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding?
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias, writesBackwards: Bool
  private let layerTypes: [LayerType]
  private let delta: DeltaSettings

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    let base = keys.value("rope_parameters")?["rope_theta"] ?? .null
    rotary = try base.isNull ? nil : config.rotary()
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    attentionBias = try keys.flag("attention_bias", or: false)
    writesBackwards = try keys.flag("linear_allow_neg_eigval", or: true)
    layerTypes = try config.layerTypes { $0 % 4 == 3 ? .attention : .recurrent }
    // The reference's gated norm has an ε of its own.
    delta = try DeltaSettings(config, epsilon: 1e-5)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options, isRecurrent: true)
    let model = weights["model"]
    var hidden = try decoder.embed(config, model["embed_tokens"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      if layerTypes[index] == .recurrent {
        hidden = try decoder.preNormLayer(
          hidden, index: index, attentionNorm: norm(layer, "input_layernorm", "attention_layer_norm"),
          attention: net(layer["linear_attn"]),
          feedForwardNorm: norm(layer, "post_attention_layernorm", "feedforward_layer_norm"),
          feedForward: .dense(mlp))
      } else {
        let attended = try decoder.attend(hidden, attention(layer["self_attn"]), layer: index)
        hidden = try decoder.add(
          hidden,
          decoder.normalize(attended, norm(layer, "post_attention_layernorm", "feedforward_layer_norm")))
        let result = try decoder.feedForward(hidden, mlp)
        hidden = try decoder.add(
          hidden, decoder.normalize(result, norm(layer, "post_feedforward_layernorm")))
      }
    }
    let last = try decoder.normalize(hidden, norm(model, "norm"))
    return try decoder.finish(last, config, head: weights["lm_head"], embedding: model["embed_tokens"])
  }

  private func net(_ scope: WeightScope) throws -> GatedDeltaNet {
    var net = try delta.separateNet(scope, config)
    if writesBackwards { net.strengthFactor = 2 }
    return net
  }

  private func attention(_ scope: WeightScope) throws -> Attention {
    var attention = try config.attention(scope, bias: attentionBias, outputBias: attentionBias)
    attention.rotary = rotary
    attention.queryNorm = .whole(
      try scope["q_norm"].rootMeanSquareNorm(config.headCount * config.headDimension, epsilon: epsilon))
    attention.keyNorm = .whole(
      try scope["k_norm"].rootMeanSquareNorm(
        config.keyValueHeadCount * config.headDimension, epsilon: epsilon))
    return attention
  }

  /// The norm under the first of its names that is there.
  private func norm(_ scope: WeightScope, _ names: String...) throws -> Normalization {
    let name = names.first { scope[$0].contains("weight") } ?? names[0]
    return try scope[name].rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
