import Graph
import Tensors

/// Phi 1 to 2: LayerNorm with bias, attention and a plain feed-forward part side by side on one norm, and rotary
/// positions on a part of each head.
package struct Phi: Architecture {
  package static let modelTypes = ["phi"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*rotary_emb.inv_freq"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let normalizesHeads: Bool

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary(partial: 0.5)
    activation = try config.activation(or: "gelu_new")
    intermediateSize = try config.keys.optionalSize("intermediate_size") ?? 4 * config.hiddenSize
    epsilon = Float(try config.keys.number("layer_norm_eps", or: 1e-5))
    normalizesHeads = try config.keys.flag("qk_layernorm", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.embed(config, model["embed_tokens"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      let input = try decoder.normalize(
        hidden, layer["input_layernorm"].layerNorm(config.hiddenSize, epsilon: epsilon))
      let attended = try decoder.attend(input, attention(layer["self_attn"]), layer: index)
      let mlp = FeedForward(
        name: layer["mlp"].path,
        up: try layer["mlp"]["fc1"].linear(intermediateSize, config.hiddenSize, bias: true),
        down: try layer["mlp"]["fc2"].linear(config.hiddenSize, intermediateSize, bias: true),
        activation: activation)
      hidden = try decoder.add(decoder.add(attended, decoder.feedForward(input, mlp)), hidden)
    }
    let last = try decoder.normalize(
      hidden, model["final_layernorm"].layerNorm(config.hiddenSize, epsilon: epsilon))
    return try decoder.finish(
      last, config, head: weights["lm_head"], embedding: model["embed_tokens"], bias: true)
  }

  private func attention(_ scope: WeightScope) throws -> Attention {
    var attention = try config.attention(scope, bias: true, outputBias: true, output: "dense")
    attention.rotary = rotary
    if normalizesHeads {
      attention.queryNorm = .perHead(
        try scope["q_layernorm"].layerNorm(config.headDimension, epsilon: epsilon))
      attention.keyNorm = .perHead(
        try scope["k_layernorm"].layerNorm(config.headDimension, epsilon: epsilon))
    }
    return attention
  }
}
