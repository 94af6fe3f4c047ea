import Graph
import JSON
import Tensors

/// Command R and Aya: attention and feed-forward part side by side on one LayerNorm without bias, rotary positions
/// that pair neighbours, and a factor on the logits. Command R 7B (`cohere2`) has sliding windows in most layers, and
/// rotary positions in these only.
package struct Cohere: Architecture {
  package static let modelTypes = ["cohere", "cohere2"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon, logitScale: Float
  private let attentionBias, normalizesHeads: Bool
  private let windows: [Int?]
  private let turnsWindowsOnly: Bool

  package static func defaults(for modelType: String) -> JSONObject {
    modelType == "cohere2" ? ["sliding_window": 4096, "max_position_embeddings": 8192] : [:]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    turnsWindowsOnly = config.modelType == "cohere2"
    rotary = try config.rotary(theta: turnsWindowsOnly ? 10_000 : 500_000)
    let distance = try keys.optionalSize("sliding_window_pattern") ?? 4
    windows =
      try turnsWindowsOnly
      ? config.slidingWindows { ($0 + 1) % distance != 0 } : Array(repeating: nil, count: config.layerCount)
    activation = try config.activation()
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("layer_norm_eps", or: 1e-5))
    logitScale = Float(try keys.number("logit_scale", or: 0.0625))
    attentionBias = try keys.flag("attention_bias", or: false)
    normalizesHeads = try keys.flag("use_qk_norm", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.embed(config, model["embed_tokens"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      let input = try decoder.normalize(hidden, norm(layer["input_layernorm"]))
      var attention = try config.attention(layer["self_attn"], bias: attentionBias, outputBias: attentionBias)
      attention.slidingWindow = windows[index]
      if normalizesHeads {
        attention.queryNorm = .perHead(try headNorm(layer["self_attn.q_norm"], config.headCount))
        attention.keyNorm = .perHead(try headNorm(layer["self_attn.k_norm"], config.keyValueHeadCount))
      }
      if !turnsWindowsOnly || windows[index] != nil {
        attention.rotary = rotary
        attention.pairNeighbours(rotary.dimension)
      }
      let attended = try decoder.add(hidden, decoder.attend(input, attention, layer: index))
      let mlp = try config.gatedFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation)
      hidden = try decoder.add(attended, decoder.feedForward(input, mlp))
    }
    let last = try decoder.normalize(hidden, norm(model["norm"]).scaled(by: logitScale))
    return try decoder.finish(last, config, head: weights["lm_head"], embedding: model["embed_tokens"])
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon, bias: false)
  }

  /// A norm of its own for each head (Command R+).
  private func headNorm(_ scope: WeightScope, _ heads: Int) throws -> Normalization {
    // Its factors move with the rows that are paired.
    let size = config.headDimension
    let order = (0..<heads).flatMap { head in
      (RotaryEmbedding.pairedNeighbours(rotary.dimension) + Array(rotary.dimension..<size)).map {
        head * size + $0
      }
    }
    let weight = try scope.weight("weight", [heads, size]).reshaped([heads * size])
    return Normalization(
      .layer, name: scope.path, epsilon: epsilon, weight: weight.reordered(order).reshaped([heads, size]))
  }
}
