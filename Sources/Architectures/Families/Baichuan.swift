import Graph
import Tensors

/// Baichuan 1 and 2: Llama's form with query, key and value in one matrix. The 13B models have biases by distance in
/// place of rotary positions; the second generation normalises the rows of its head.
package struct Baichuan: Architecture {
  package static let modelTypes = ["baichuan"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "*.alibi_mask", "*.future_mask", "lm_head.weight"]

  /// Nil where biases by distance stand for positions.
  private let rotary: RotaryEmbedding?
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let normalizesHead: Bool

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    // What tells the two apart in published files: only the models with rotary positions have a longest position.
    let isRotary = keys.value("max_position_embeddings") != nil
    rotary = isRotary ? try config.rotary() : nil
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("rms_norm_eps", or: 1e-6))
    normalizesHead = config.vocabularySize == 125_696 || keys.value("z_loss_weight") != nil
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    var decoder = PreNormDecoder(config: config, norm: norm)
    decoder.normalizesHead = normalizesHead
    return try decoder.build(weights, options) { layer, _ in
      var attention = try config.fusedAttention(layer["self_attn"], fused: "W_pack")
      attention.rotary = rotary
      if rotary == nil { attention.slopes = LinearBiases.slopes(heads: config.headCount) }
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
