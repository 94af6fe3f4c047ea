import Graph
import Tensors

/// Gemma 1 and CodeGemma: Llama's form with scaled embeddings, norms stored less one, and GELU.
package struct Gemma: Architecture {
  package static let modelTypes = ["gemma"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias: Bool

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    try config.keys.require(
      "use_bidirectional_attention", false, because: "only causal attention is supported")
    rotary = try config.rotary()
    activation = try config.gemmaActivation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-6))
    attentionBias = try config.keys.flag("attention_bias", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = PreNormDecoder(
      config: config, norm: norm, embeddingFactor: Float(config.hiddenSize).squareRoot())
    return try decoder.build(weights, options) { layer, _ in
      var attention = try config.attention(layer["self_attn"], bias: attentionBias, outputBias: attentionBias)
      attention.rotary = rotary
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon, offset: 1)
  }
}

extension ModelConfiguration {
  /// Gemma's activation. The first files say `gelu` where the models were trained with the tanh approximation;
  /// `hidden_activation` corrects that.
  func gemmaActivation() throws -> Activation {
    let activation =
      keys.value("hidden_activation") != nil
      ? try self.activation("hidden_activation") : try self.activation(or: "gelu_pytorch_tanh")
    return activation == .gelu ? .geluTanh : activation
  }
}
