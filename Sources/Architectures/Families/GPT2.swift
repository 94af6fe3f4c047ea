import Graph
import Tensors

/// GPT-2: learned positions, and matrices stored as [in, out].
package struct GPT2: Architecture {
  package static let modelTypes = ["gpt2"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["*.attn.bias", "*.attn.masked_bias", "lm_head.weight"]

  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let scalesScores, scalesByLayer: Bool

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    try keys.require("add_cross_attention", false, because: "only decoders without an encoder are supported")
    activation = try config.activation("activation_function", or: "gelu_new")
    intermediateSize = try keys.optionalSize("n_inner") ?? 4 * config.hiddenSize
    epsilon = Float(try keys.number("layer_norm_epsilon", or: 1e-5))
    scalesScores = try keys.flag("scale_attn_weights", or: true)
    scalesByLayer = try keys.flag("scale_attn_by_inverse_layer_idx", or: false)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    // Early checkpoints leave the prefix out.
    let model = weights.contains("transformer.wte.weight") ? weights["transformer"] : weights
    let positions = try decoder.embedPositions(
      model["wpe"].weight("weight", [config.maximumLength, config.hiddenSize]),
      name: model["wpe"].path + ".weight")
    var hidden = try decoder.add(decoder.embed(config, model["wte"]), positions)
    for index in 0..<config.layerCount {
      let layer = model["h"][index]
      let mlp = FeedForward(
        name: layer["mlp"].path,
        up: try layer["mlp"]["c_fc"].transposedLinear(intermediateSize, config.hiddenSize),
        down: try layer["mlp"]["c_proj"].transposedLinear(config.hiddenSize, intermediateSize),
        activation: activation)
      hidden = try decoder.preNormLayer(
        hidden, index: index,
        attentionNorm: norm(layer["ln_1"]), attention: attention(layer["attn"], index),
        feedForwardNorm: norm(layer["ln_2"]), feedForward: .dense(mlp))
    }
    let last = try decoder.normalize(hidden, norm(model["ln_f"]))
    return try decoder.finish(last, config, head: weights["lm_head"], embedding: model["wte"])
  }

  private func attention(_ scope: WeightScope, _ index: Int) throws -> Attention {
    let size = config.hiddenSize
    let fused = try scope["c_attn"].transposedLinear(3 * size, size)
    var attention = Attention(
      name: scope.path, headCount: config.headCount, keyValueHeadCount: config.headCount,
      headDimension: config.headDimension,
      query: fused.rows(0..<size, name: scope["q"].path),
      key: fused.rows(size..<2 * size, name: scope["k"].path),
      value: fused.rows(2 * size..<3 * size, name: scope["v"].path),
      output: try scope["c_proj"].transposedLinear(size, size))
    if scalesByLayer || !scalesScores {
      let scale = scalesScores ? 1 / Float(config.headDimension).squareRoot() : 1
      attention.scale = scalesByLayer ? scale / Float(index + 1) : scale
    }
    return attention
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
  }
}
