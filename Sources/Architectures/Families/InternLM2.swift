import Graph
import Tensors

/// InternLM 2 and 2.5: Llama's form under other names. Each key-value head is stored together with its query heads.
package struct InternLM2: Architecture {
  package static let modelTypes = ["internlm2"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq", "output.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let bias: Bool

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation()
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("rms_norm_eps", or: 1e-6))
    bias = try config.keys.flag("bias", or: true)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.embed(config, model["tok_embeddings"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      let scope = layer["feed_forward"]
      let mlp = FeedForward(
        name: scope.path, gate: try scope["w1"].linear(intermediateSize, config.hiddenSize),
        up: try scope["w3"].linear(intermediateSize, config.hiddenSize),
        down: try scope["w2"].linear(config.hiddenSize, intermediateSize), activation: activation)
      hidden = try decoder.preNormLayer(
        hidden, index: index,
        attentionNorm: norm(layer["attention_norm"]), attention: attention(layer["attention"]),
        feedForwardNorm: norm(layer["ffn_norm"]), feedForward: .dense(mlp))
    }
    let last = try decoder.normalize(hidden, norm(model["norm"]))
    return try decoder.finish(last, config, head: weights["output"], embedding: model["tok_embeddings"])
  }

  private func attention(_ scope: WeightScope) throws -> Attention {
    var attention = try config.groupedAttention(
      scope, fused: "wqkv", output: "wo", bias: bias, outputBias: bias)
    attention.rotary = rotary
    return attention
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
  }
}
