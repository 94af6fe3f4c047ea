import Graph
import Tensors

/// StarCoder 2: LayerNorm, biases everywhere, a plain feed-forward part, and a sliding window.
public struct Starcoder2: Architecture {
  public static let modelTypes = ["starcoder2"]
  public let config: ModelConfiguration
  public let ignoredTensors = ["*rotary_emb.inv_freq", "lm_head.weight"]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let usesBias: Bool
  private let windows: [Int?]

  public init(_ config: ModelConfiguration) throws {
    self.config = config
    rotary = try config.rotary()
    activation = try config.activation(or: "gelu_pytorch_tanh")
    intermediateSize = try config.keys.size("intermediate_size")
    epsilon = Float(try config.keys.number("norm_epsilon", or: 1e-5))
    usesBias = try config.keys.flag("use_bias", or: true)
    windows = try config.slidingWindows { _ in true }
  }

  public func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.embed(config, model["embed_tokens"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      var attention = try config.attention(layer["self_attn"], bias: usesBias, outputBias: usesBias)
      attention.rotary = rotary
      attention.slidingWindow = windows[index]
      let mlp = FeedForward(
        name: layer["mlp"].path,
        up: try layer["mlp"]["c_fc"].linear(intermediateSize, config.hiddenSize, bias: usesBias),
        down: try layer["mlp"]["c_proj"].linear(config.hiddenSize, intermediateSize, bias: usesBias),
        activation: activation)
      hidden = try decoder.preNormLayer(
        hidden, index: index,
        attentionNorm: norm(layer["input_layernorm"]), attention: attention,
        feedForwardNorm: norm(layer["post_attention_layernorm"]), feedForward: .dense(mlp))
    }
    let last = try decoder.normalize(hidden, norm(model["norm"]))
    return try decoder.finish(last, config, head: weights["lm_head"], embedding: model["embed_tokens"])
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
  }
}
