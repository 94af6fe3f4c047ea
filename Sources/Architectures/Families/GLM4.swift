import Graph
import Tensors

/// GLM 4 (and GLM 4 0414): norms before and after each part of a layer, rotary positions that pair neighbours in
/// half of each head, and a fused feed-forward matrix.
package struct GLM4: Architecture {
  package static let modelTypes = ["glm4", "glm"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias, normalizesResults: Bool

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary(partial: 0.5)
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1.5625e-7))
    attentionBias = try config.keys.flag("attention_bias", or: false)
    normalizesResults = config.modelType == "glm4"
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.embed(config, model["embed_tokens"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      var attention = try config.attention(layer["self_attn"], bias: attentionBias)
      attention.rotary = rotary
      attention.pairNeighbours(rotary.dimension)
      let input = try decoder.normalize(hidden, norm(layer["input_layernorm"]))
      var attended = try decoder.attend(input, attention, layer: index)
      if normalizesResults {
        attended = try decoder.normalize(attended, norm(layer["post_self_attn_layernorm"]))
      }
      hidden = try decoder.add(hidden, attended)
      let middle = try decoder.normalize(hidden, norm(layer["post_attention_layernorm"]))
      var result = try decoder.feedForward(
        middle,
        config.fusedFeedForward(layer["mlp"], intermediate: intermediateSize, activation: activation))
      if normalizesResults { result = try decoder.normalize(result, norm(layer["post_mlp_layernorm"])) }
      hidden = try decoder.add(hidden, result)
    }
    let last = try decoder.normalize(hidden, norm(model["norm"]))
    return try decoder.finish(last, config, head: weights["lm_head"], embedding: model["embed_tokens"])
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
