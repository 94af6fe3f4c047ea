import Graph
import Tensors

/// The decoder that most families are: an embedding; layers of attention and of a feed-forward part, each on a
/// normalised copy of the state and added to it; a last norm and a head.
///
/// What a family has of its own is a layer's attention and feed-forward part, its names, and here and there a factor.
struct PreNormDecoder {
  /// How the two parts of a layer follow each other.
  enum Residual {
    /// The feed-forward part reads the state that attention has been added to.
    case sequential
    /// The same, but what the norms give out is added to, and not what they read.
    case aroundNormalized
    /// Both read the state that the layer began with, each through a norm of its own.
    case parallel
    /// Both read the state that the layer began with, through one norm.
    case parallelOnOneNorm
  }

  let config: ModelConfiguration
  /// The norm whose weights are stored at a place.
  let norm: (WeightScope) throws -> Normalization
  /// Whether some layers keep a recurrent state.
  var isRecurrent = false
  /// Where the weights are.
  var names = DecoderNames()
  /// How the parts of a layer follow each other.
  var residual = Residual.sequential
  /// What the embedding is multiplied with.
  var embeddingFactor: Float = 1
  /// What becomes of the embeddings before the first layer: positions, norms.
  var prepare: ((_ hidden: Value, _ decoder: DecoderBuilder) throws -> Value)?
  /// What attention and feed-forward part are multiplied with before they are added to the state.
  var residualFactor: Float = 1
  /// What the state is multiplied with before the head.
  var lastFactor: Float = 1
  /// Whether the head has a bias.
  var headBias = false
  /// Whether each row of the head is divided by its length.
  var normalizesHead = false

  /// The attention and the feed-forward part of a layer, whose weights are at a place.
  typealias Layer = (_ scope: WeightScope, _ index: Int) throws -> (any TokenMixer, FeedForwardPart)

  /// Builds the graph, asking for one layer after the other.
  func build(_ weights: WeightScope, _ options: GraphOptions, layer parts: Layer) throws -> Graph {
    let decoder = try DecoderBuilder(options, isRecurrent: isRecurrent)
    let embedding = weights[names.embedding]
    var hidden = try decoder.graph.scaled(decoder.embed(config, embedding), by: embeddingFactor)
    if let prepare { hidden = try prepare(hidden, decoder) }
    for index in 0..<config.layerCount {
      let scope = weights[names.layers][index]
      hidden = try layer(hidden, decoder, scope, index, parts(scope, index))
    }
    let last = try norm(weights[names.norm])
    let normalized = try decoder.normalize(hidden, lastFactor == 1 ? last : last.scaled(by: lastFactor))
    return try decoder.finish(
      normalized, config, head: weights[names.head], embedding: embedding, bias: headBias,
      normalizesRows: normalizesHead)
  }

  private func layer(
    _ hidden: Value, _ decoder: DecoderBuilder, _ scope: WeightScope, _ index: Int,
    _ parts: (attention: any TokenMixer, feedForward: FeedForwardPart)
  ) throws -> Value {
    let attentionNorm = try norm(scope[names.attentionNorm])
    guard residual != .sequential else {
      return try decoder.preNormLayer(
        hidden, index: index, attentionNorm: attentionNorm, attention: parts.attention,
        feedForwardNorm: norm(scope[names.feedForwardNorm]), feedForward: parts.feedForward,
        residualFactor: residualFactor)
    }
    let input = try decoder.normalize(hidden, attentionNorm)
    if residual == .aroundNormalized {
      let middle = try decoder.normalize(
        decoder.add(input, parts.attention.mix(input, in: decoder, layer: index)),
        norm(scope[names.feedForwardNorm]))
      return try decoder.add(middle, decoder.apply(parts.feedForward, middle))
    }
    let attended = try decoder.add(hidden, parts.attention.mix(input, in: decoder, layer: index))
    let other =
      residual == .parallelOnOneNorm
      ? input : try decoder.normalize(hidden, norm(scope[names.feedForwardNorm]))
    return try decoder.add(attended, decoder.apply(parts.feedForward, other))
  }
}
