import Graph
import JSON
import Tensors

/// XGLM and BioGPT, decoders in fairseq's form: embeddings scaled by √hidden, positions as sines (XGLM) or learned
/// (BioGPT), and biases everywhere.
package struct XGLM: Architecture {
  package static let modelTypes = ["biogpt", "xglm"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["lm_head.weight", "output_projection.weight", "*embed_positions.weights"]

  private let activation: Activation
  private let intermediateSize: Int
  private let scalesEmbedding: Bool

  package static func defaults(for modelType: String) -> JSONObject { ["tie_word_embeddings": true] }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    try keys.require("add_cross_attention", false, because: "only decoders without an encoder are supported")
    activation = try Activation(name: keys.text("activation_function", "hidden_act", or: "gelu"))
    intermediateSize = try keys.size("ffn_dim", "intermediate_size")
    scalesEmbedding = try keys.flag("scale_embedding", or: true)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let isXGLM = config.modelType == "xglm", model = isXGLM ? "model" : "biogpt"
    let names = DecoderNames(
      embedding: model + ".embed_tokens", layers: model + ".layers", attentionNorm: "self_attn_layer_norm",
      feedForwardNorm: "final_layer_norm", norm: model + ".layer_norm",
      head: isXGLM ? "lm_head" : "output_projection")
    var decoder = PreNormDecoder(
      config: config, norm: norm, names: names,
      embeddingFactor: scalesEmbedding ? Float(config.hiddenSize).squareRoot() : 1)
    // Both were trained with two positions that no token has.
    decoder.prepare = { hidden, decoder in
      guard isXGLM else {
        return try decoder.addLearnedPositions(
          hidden, config, weights[model + ".embed_positions"], offset: 2)
      }
      return try decoder.add(hidden, decoder.sinusoidalPositions(size: config.hiddenSize, offset: 2))
    }
    return try decoder.build(weights, options) { layer, _ in
      let attention = try config.attention(
        layer["self_attn"], bias: true, outputBias: true, output: "out_proj")
      let mlp = try config.plainFeedForward(
        layer, intermediate: intermediateSize, activation: activation, bias: true,
        names: (up: "fc1", down: "fc2"))
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    // The reference takes its class's ε, and not that of the configuration.
    try scope.layerNorm(config.hiddenSize, epsilon: 1e-5)
  }
}
