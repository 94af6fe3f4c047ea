import Graph
import JSON
import Tensors

/// GPT-Neo: learned positions, scores that are not scaled, and windows in some layers.
package struct GPTNeo: Architecture {
  package static let modelTypes = ["gpt_neo"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*.attention.bias", "*.attention.masked_bias", "lm_head.weight"]

  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let windows: [Int?]

  package static func defaults(for modelType: String) -> JSONObject {
    ["attention_types": [[["global", "local"], 12]], "window_size": 256, "tie_word_embeddings": true]
  }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    activation = try config.activation("activation_function", or: "gelu_new")
    intermediateSize = try keys.optionalSize("intermediate_size") ?? 4 * config.hiddenSize
    epsilon = Float(try keys.number("layer_norm_epsilon", or: 1e-5))
    windows = try config.localWindows()
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let names = DecoderNames(
      embedding: "transformer.wte", layers: "transformer.h", attentionNorm: "ln_1", feedForwardNorm: "ln_2",
      norm: "transformer.ln_f")
    var decoder = PreNormDecoder(config: config, norm: norm, names: names)
    decoder.prepare = { hidden, decoder in
      try decoder.addLearnedPositions(hidden, config, weights["transformer.wpe"])
    }
    return try decoder.build(weights, options) { layer, index in
      var attention = try config.attention(layer["attn.attention"], outputBias: true, output: "out_proj")
      attention.scale = 1
      attention.slidingWindow = windows[index]
      let mlp = try config.plainFeedForward(
        layer["mlp"], intermediate: intermediateSize, activation: activation, bias: true,
        names: (up: "c_fc", down: "c_proj"))
      return (attention, .dense(mlp))
    }
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
  }
}

extension ModelConfiguration {
  /// `attention_layers` names each layer; `attention_types` holds lists of names, and how often each is repeated.
  fileprivate func localWindows() throws -> [Int?] {
    let window = try keys.size("window_size")
    var names = keys.value("attention_layers")?.array?.map { $0.string ?? "" } ?? []
    if names.isEmpty {
      for item in keys.value("attention_types")?.array ?? [] {
        guard let kinds = item[0]?.array, let count = item[1]?.int, count >= 0, count <= layerCount
        else { continue }
        for _ in 0..<count { names += kinds.map { $0.string ?? "" } }
      }
    }
    guard names.count == layerCount, names.allSatisfy({ $0 == "global" || $0 == "local" }) else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json: 'attention_types' should say global or local for each of \(layerCount) layers, "
          + "not \(names)")
    }
    return names.map { $0 == "local" ? window : nil }
  }
}
