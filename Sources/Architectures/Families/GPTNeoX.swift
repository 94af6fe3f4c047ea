import Graph
import Tensors

/// GPT-NeoX, Pythia and RedPajama: query, key and value stored head by head in one matrix, and attention and
/// feed-forward part side by side on norms of their own.
package struct GPTNeoX: Architecture {
  package static let modelTypes = ["gpt_neox"]
  package let config: ModelConfiguration
  package let ignoredTensors = [
    "*rotary_emb.inv_freq", "*.attention.bias", "*.attention.masked_bias", "embed_out.weight",
  ]

  private let rotary: RotaryEmbedding
  private let activation: Activation
  private let intermediateSize: Int
  private let epsilon: Float
  private let attentionBias, isParallel: Bool

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    rotary = try config.rotary(partial: 0.25)
    activation = try config.activation(or: "gelu")
    intermediateSize = try keys.size("intermediate_size")
    epsilon = Float(try keys.number("layer_norm_eps", or: 1e-5))
    attentionBias = try keys.flag("attention_bias", or: true)
    isParallel = try keys.flag("use_parallel_residual", or: true)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["gpt_neox"]
    var hidden = try decoder.embed(config, model["embed_in"])
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      let input = try decoder.normalize(hidden, norm(layer["input_layernorm"]))
      let attended = try decoder.add(
        hidden, decoder.attend(input, attention(layer["attention"]), layer: index))
      let middle = try decoder.normalize(
        isParallel ? hidden : attended, norm(layer["post_attention_layernorm"]))
      hidden = try decoder.add(attended, decoder.feedForward(middle, feedForward(layer["mlp"])))
    }
    let last = try decoder.normalize(hidden, norm(model["final_layer_norm"]))
    return try decoder.finish(last, config, head: weights["embed_out"], embedding: model["embed_in"])
  }

  private func attention(_ scope: WeightScope) throws -> Attention {
    var attention = try config.groupedAttention(
      scope, fused: "query_key_value", output: "dense", bias: attentionBias, outputBias: attentionBias)
    attention.rotary = rotary
    return attention
  }

  private func feedForward(_ scope: WeightScope) throws -> FeedForward {
    FeedForward(
      name: scope.path,
      up: try scope["dense_h_to_4h"].linear(intermediateSize, config.hiddenSize, bias: true),
      down: try scope["dense_4h_to_h"].linear(config.hiddenSize, intermediateSize, bias: true),
      activation: activation)
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    try scope.layerNorm(config.hiddenSize, epsilon: epsilon)
  }
}
