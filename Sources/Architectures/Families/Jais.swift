import Graph
import Tensors

/// Jais: GPT-2's form with biases by distance, a gated feed-forward part, and factors as "maximal update" training wants
/// them.
package struct Jais: Architecture {
  package static let modelTypes = ["jais"]
  package let config: ModelConfiguration
  package let ignoredTensors = [
    "*.attn.bias", "*.attn.masked_bias", "*relative_pe.slopes", "lm_head.weight",
  ]

  private let intermediateSize: Int
  private let epsilon, embeddingFactor, lastFactor: Float
  private let scale: Float?
  private let slopes: [Float]

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    try keys.require("position_embedding_type", "alibi", because: "only Jais with ALiBi is supported")
    try keys.require("activation_function", "swiglu", because: "only Jais with swiglu is supported")
    try keys.require("scale_attn_weights", true, because: "only scaled scores are supported")
    try keys.require(
      "scale_attn_by_inverse_layer_idx", false, because: "only scores of one scale are supported")
    intermediateSize = try keys.optionalSize("n_inner") ?? 4 * config.hiddenSize
    epsilon = Float(try keys.number("layer_norm_epsilon", or: 1e-5))
    embeddingFactor = Float(
      try keys.number("mup_embeddings_scale", or: keys.number("embeddings_scale", or: 1)))
    let output = try keys.number("mup_output_alpha", or: keys.number("output_logits_scale", or: 1))
    let width = try keys.number("mup_width_scale", or: keys.number("width_scale", or: 1))
    lastFactor = Float(output * width)
    let byDimension = try keys.flag("mup_scale_qk_dot_by_d", or: keys.flag("scale_qk_dot_by_d", or: false))
    scale = byDimension ? 1 / Float(config.headDimension) : nil
    slopes = LinearBiases.slopes(heads: config.headCount)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let names = DecoderNames(
      embedding: "transformer.wte", layers: "transformer.h", attentionNorm: "ln_1", feedForwardNorm: "ln_2",
      norm: "transformer.ln_f")
    let decoder = PreNormDecoder(
      config: config, norm: norm, names: names, embeddingFactor: embeddingFactor, lastFactor: lastFactor)
    return try decoder.build(weights, options) { layer, _ in
      let scope = layer["mlp"], hidden = config.hiddenSize
      let mlp = FeedForward(
        name: scope.path, gate: try scope["c_fc2"].transposedLinear(intermediateSize, hidden),
        up: try scope["c_fc"].transposedLinear(intermediateSize, hidden),
        down: try scope["c_proj"].transposedLinear(hidden, intermediateSize), activation: .silu)
      return (try attention(layer["attn"]), .dense(mlp))
    }
  }

  private func attention(_ scope: WeightScope) throws -> Attention {
    let size = config.hiddenSize
    let fused = try scope["c_attn"].transposedLinear(3 * size, size)
    var attention = Attention(
      name: scope.path, headCount: config.headCount, keyValueHeadCount: config.headCount,
      headDimension: config.headDimension, query: fused.rows(0..<size, name: scope["q"].path),
      key: fused.rows(size..<2 * size, name: scope["k"].path),
      value: fused.rows(2 * size..<3 * size, name: scope["v"].path),
      output: try scope["c_proj"].transposedLinear(size, size))
    attention.scale = scale
    attention.slopes = slopes
    return attention
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
  }
}
