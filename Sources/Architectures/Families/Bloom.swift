import Graph
import JSON
import Tensors

/// BLOOM: biases by distance in place of positions, a norm after the embedding, and query, key and value stored head by
/// head in one matrix.
package struct Bloom: Architecture {
  package static let modelTypes = ["bloom"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["lm_head.weight"]

  private let epsilon: Float
  private let addsToNormalized: Bool
  private let slopes: [Float]

  package static func defaults(for modelType: String) -> JSONObject { ["tie_word_embeddings": true] }

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    addsToNormalized = try config.keys.flag("apply_residual_connection_post_layernorm", or: false)
    epsilon = Float(try config.keys.number("layer_norm_epsilon", or: 1e-5))
    slopes = LinearBiases.slopes(heads: config.headCount)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let model = weights.contains("transformer.ln_f.weight") ? "transformer." : ""
    let names = DecoderNames(
      embedding: model + "word_embeddings", layers: model + "h", norm: model + "ln_f")
    var decoder = PreNormDecoder(config: config, norm: norm, names: names)
    if addsToNormalized { decoder.residual = .aroundNormalized }
    decoder.prepare = { hidden, decoder in
      try decoder.normalize(hidden, norm(weights[model + "word_embeddings_layernorm"]))
    }
    return try decoder.build(weights, options) { layer, _ in
      var attention = try config.groupedAttention(
        layer["self_attention"], fused: "query_key_value", output: "dense", bias: true, outputBias: true)
      attention.slopes = slopes
      let mlp = try config.plainFeedForward(
        layer["mlp"], intermediate: 4 * config.hiddenSize, activation: .geluTanh, bias: true,
        names: (up: "dense_h_to_4h", down: "dense_4h_to_h"))
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
  }
}
