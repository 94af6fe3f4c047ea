import Calibration
import Graph
import OpenVINO
import Tensors
import Testing

/// Channels that are multiplied here and divided there leave every family's mathematics as it is.
@Suite struct ChannelPairTests {
  @Test(arguments: TinyGraph.all) func foldsChangeNothing(_ model: TinyGraph) throws {
    let core = try Core()
    let graph = try model.graph()
    let sites = LinearSites(graph)
    let weights = Dictionary(graph.weights.map { ($0.name, $0.weight) }, uniquingKeysWith: { one, _ in one })
    var replaced: [String: Weight] = [:]
    var random = SeededRandom(7)
    for pair in ChannelPairs.find(in: graph, sites: sites) {
      let factors = (0..<pair.source.count).map { _ in Float(0.5 + 1.5 * random.fraction()) }
      for fold in pair.folds(factors, site: sites.sites[pair.site]) {
        let weight = try #require(replaced[fold.weight] ?? weights[fold.weight])
        replaced[fold.weight] = fold.applied(to: weight)
      }
    }
    let (tokens, expected) = try model.reference()
    let found = try graph.replacing(replaced).logits(tokens, core)
    let largest = expected.reduce(0) { max($0, abs($1)) }
    let off = zip(found, expected).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    #expect(found.count == expected.count && off / largest < 2e-4)
  }

  /// How many inputs of a layer's matrices can be scaled for nothing: norms before attention and feed-forward part,
  /// the gated product, and the values. Norms without weights, norms that something else reads too, activations
  /// without a gate, values that are clipped and scores that are limited leave fewer.
  @Test(arguments: [
    ("llama", 4), ("qwen2", 4), ("qwen3", 4), ("mistral-window", 4), ("gemma", 4), ("gemma3", 4),
    ("gemma2", 3),
    ("olmo", 1), ("gpt2", 3), ("mixtral", 2), ("phi3", 4),
  ]) func everyLayerHas(_ name: String, _ count: Int) throws {
    let graph = try TinyGraph(name: name).graph()
    let pairs = ChannelPairs.find(in: graph, sites: LinearSites(graph))
    #expect(pairs.count == count * GraphSegments(graph).count)
  }
}
