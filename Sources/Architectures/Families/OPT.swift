import Graph
import JSON
import Tensors

/// OPT and Galactica: learned positions, and in some sizes norms after each part of a layer, or embeddings smaller than
/// the state.
package struct OPT: Architecture {
  package static let modelTypes = ["opt"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["lm_head.weight"]

  private let activation: Activation
  private let intermediateSize, embeddingSize: Int
  private let bias, normalizesFirst, normalizesLast, normHasWeights: Bool

  package static func defaults(for modelType: String) -> JSONObject { ["tie_word_embeddings": true] }

  package init(_ config: ModelConfiguration) throws {
    let keys = config.keys
    self.config = config
    activation = try config.activation("activation_function", or: "relu")
    intermediateSize = try keys.optionalSize("ffn_dim") ?? 4 * config.hiddenSize
    embeddingSize = try keys.optionalSize("word_embed_proj_dim") ?? config.hiddenSize
    bias = try keys.flag("enable_bias", or: true)
    normalizesFirst = try keys.flag("do_layer_norm_before", or: true)
    normalizesLast = try normalizesFirst && !keys.flag("_remove_final_layer_norm", or: false)
    normHasWeights = try keys.flag("layer_norm_elementwise_affine", or: true)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    // Weights saved from the bare model begin with `decoder`.
    let isBare = weights.contains("decoder.embed_tokens.weight")
    let model = isBare ? weights["decoder"] : weights["model.decoder"]
    let hidden = try embedded(decoder, model)
    var state = try decoder.addLearnedPositions(hidden, config, model["embed_positions"], offset: 2)
    for index in 0..<config.layerCount { state = try layer(decoder, state, model["layers"][index], index) }
    if normalizesLast { state = try decoder.normalize(state, norm(model["final_layer_norm"])) }
    if embeddingSize != config.hiddenSize {
      state = try decoder.graph.linear(
        state, model["project_out"].linear(embeddingSize, config.hiddenSize))
    }
    return try decoder.finish(
      state, config, head: weights["lm_head"], embedding: model["embed_tokens"], width: embeddingSize)
  }

  private func embedded(_ decoder: DecoderBuilder, _ model: WeightScope) throws -> Value {
    let hidden = try decoder.embed(config, model["embed_tokens"], width: embeddingSize)
    guard embeddingSize != config.hiddenSize else { return hidden }
    return try decoder.graph.linear(hidden, model["project_in"].linear(config.hiddenSize, embeddingSize))
  }

  private func layer(
    _ decoder: DecoderBuilder, _ hidden: Value, _ scope: WeightScope, _ index: Int
  ) throws -> Value {
    let attention = try config.attention(
      scope["self_attn"], bias: bias, outputBias: bias, output: "out_proj")
    let mlp = try config.plainFeedForward(
      scope, intermediate: intermediateSize, activation: activation, bias: bias,
      names: (up: "fc1", down: "fc2"))
    let first = try norm(scope["self_attn_layer_norm"]), second = try norm(scope["final_layer_norm"])
    if normalizesFirst {
      return try decoder.preNormLayer(
        hidden, index: index, attentionNorm: first, attention: attention, feedForwardNorm: second,
        feedForward: .dense(mlp))
    }
    let attended = try decoder.normalize(
      decoder.add(hidden, attention.mix(hidden, in: decoder, layer: index)), first)
    return try decoder.normalize(decoder.add(attended, decoder.feedForward(attended, mlp)), second)
  }

  private func norm(_ scope: WeightScope) throws -> Normalization {
    normHasWeights
      ? try scope.layerNorm(config.hiddenSize, epsilon: 1e-5)
      : Normalization(.layer, name: scope.path, epsilon: 1e-5)
  }
}
