import Graph
import Tensors

/// EXAONE 4: the norms come after each part of a layer, every head is normalised, and in models with sliding windows
/// only the layers with a window have rotary positions.
package struct Exaone4: Architecture {
  package static let modelTypes = ["exaone4"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let windows: [Int?]

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-5))
    windows = try Exaone4.windows(config)
  }

  /// `sliding_window_pattern` is the distance of the global layers, or letters (L for local, G for global).
  private static func windows(_ config: ModelConfiguration) throws -> [Int?] {
    if let letters = config.json["sliding_window_pattern"]?.string, !letters.isEmpty {
      let pattern = Array(letters)
      return try config.slidingWindows {
        pattern[$0 % pattern.count] == "L" && $0 < config.layerCount - 1
      }
    }
    guard config.keys.value("sliding_window") != nil else { return try config.slidingWindows { _ in false } }
    let distance = try config.keys.optionalSize("sliding_window_pattern") ?? 4
    return try config.slidingWindows { ($0 + 1) % distance != 0 }
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.embed(config, model["embed_tokens"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      let attended = try decoder.attend(hidden, attention(layer["self_attn"], index), layer: index)
      hidden = try decoder.add(
        hidden, decoder.normalize(attended, norm(layer["post_attention_layernorm"], config.hiddenSize)))
      let result = try decoder.feedForward(
        hidden,
        config.gatedFeedForward(layer["mlp"], intermediate: intermediateSize, activation: activation))
      hidden = try decoder.add(
        hidden, decoder.normalize(result, norm(layer["post_feedforward_layernorm"], config.hiddenSize)))
    }
    let last = try decoder.normalize(hidden, norm(model["norm"], config.hiddenSize))
    return try decoder.finish(last, config, head: weights["lm_head"], embedding: model["embed_tokens"])
  }

  private func attention(_ scope: WeightScope, _ index: Int) throws -> Attention {
    var attention = try config.attention(scope)
    attention.queryNorm = .perHead(try norm(scope["q_norm"], config.headDimension))
    attention.keyNorm = .perHead(try norm(scope["k_norm"], config.headDimension))
    attention.slidingWindow = windows[index]
    let isHybrid = windows.contains { $0 != nil }
    attention.rotary = isHybrid && windows[index] == nil ? nil : rotary
    return attention
  }

  private func norm(_ scope: WeightScope, _ size: Int) throws -> Normalization {
    try scope.rootMeanSquareNorm(size, epsilon: epsilon)
  }
}
