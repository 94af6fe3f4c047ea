import Graph
import Tensors

/// The decoder that most families are, under the names that Llama gave its weights: an embedding; layers of attention
/// and of a feed-forward part, each on a normalised copy of the state and added to it; a last norm and a head.
///
/// What a family has of its own is a layer's attention and feed-forward part, and here and there a factor.
struct PreNormDecoder {
  let config: ModelConfiguration
  /// The norm whose weights are stored at a place.
  let norm: (WeightScope) throws -> Normalization
  /// What the embedding is multiplied with.
  var embeddingFactor: Float = 1
  /// What attention and feed-forward part are multiplied with before they are added to the state.
  var residualFactor: Float = 1
  /// What the state is multiplied with before the head.
  var lastFactor: Float = 1

  /// The attention and the feed-forward part of a layer, whose weights are at a place.
  typealias Layer = (_ scope: WeightScope, _ index: Int) throws -> (Attention, FeedForwardPart)

  /// Builds the graph, asking for one layer after the other.
  func build(_ weights: WeightScope, _ options: GraphOptions, layer parts: Layer) throws -> Graph {
    let decoder = try DecoderBuilder(options)
    let model = weights["model"]
    var hidden = try decoder.graph.scaled(decoder.embed(config, model["embed_tokens"]), by: embeddingFactor)
    for index in 0..<config.layerCount {
      let layer = model["layers"][index]
      let (attention, feedForward) = try parts(layer, index)
      hidden = try decoder.preNormLayer(
        hidden, index: index,
        attentionNorm: norm(layer["input_layernorm"]), attention: attention,
        feedForwardNorm: norm(layer["post_attention_layernorm"]), feedForward: feedForward,
        residualFactor: residualFactor)
    }
    let last = try norm(model["norm"])
    let normalized = try decoder.normalize(hidden, lastFactor == 1 ? last : last.scaled(by: lastFactor))
    return try decoder.finish(normalized, config, head: weights["lm_head"], embedding: model["embed_tokens"])
  }
}
