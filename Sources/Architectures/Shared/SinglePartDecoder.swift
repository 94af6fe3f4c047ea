import Graph
import Tensors

/// A decoder whose layers have one part each, on a normalised copy of the state and added to it: state spaces alone,
/// or state spaces, attention and feed-forward parts in a row.
struct SinglePartDecoder {
  /// What a layer does.
  enum Part {
    /// Tokens learn of earlier ones.
    case mixer(any TokenMixer)
    /// Each token by itself.
    case feedForward(FeedForwardPart)
  }

  let config: ModelConfiguration
  /// The norm whose weights are stored at a place.
  let norm: (WeightScope) throws -> Normalization
  /// Where the weights are.
  var names = DecoderNames(
    embedding: "backbone.embeddings", layers: "backbone.layers", attentionNorm: "norm",
    norm: "backbone.norm_f")

  /// Builds the graph, asking for one layer after the other.
  func build(
    _ weights: WeightScope, _ options: GraphOptions,
    part: (_ scope: WeightScope, _ index: Int) throws -> Part
  ) throws -> Graph {
    let decoder = try DecoderBuilder(options, isRecurrent: true)
    let embedding = weights[names.embedding]
    var hidden = try decoder.embed(config, embedding)
    for index in 0..<config.layerCount {
      let scope = weights[names.layers][index]
      let input = try decoder.normalize(hidden, norm(scope[names.attentionNorm]))
      let result =
        switch try part(scope, index) {
        case .mixer(let mixer): try mixer.mix(input, in: decoder, layer: index)
        case .feedForward(let part): try decoder.apply(part, input)
        }
      hidden = try decoder.add(hidden, result)
    }
    let last = try decoder.normalize(hidden, norm(weights[names.norm]))
    return try decoder.finish(last, config, head: weights[names.head], embedding: embedding)
  }
}
