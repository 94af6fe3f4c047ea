import Graph
import Tensors

extension ModelConfiguration {
  /// The experts of a layer, stored one by one as `experts.N.…`, with the router `gate`.
  /// - Parameter projections: the names of an expert's matrices.
  func experts(
    _ scope: WeightScope, count: Int, perToken: Int, intermediate: Int,
    projections: (gate: String, up: String, down: String), normalizesShares: Bool
  ) throws(TensorError) -> MixtureOfExperts {
    func all(_ name: String, _ shape: Shape) throws(TensorError) -> Weight {
      var parts: [Weight] = []
      for expert in 0..<count {
        parts.append(try scope["experts"][expert][name].weight("weight", shape))
      }
      return .batched(parts)
    }
    return MixtureOfExperts(
      name: scope.path, router: try scope["gate"].linear(count, hiddenSize),
      gate: try all(projections.gate, [intermediate, hiddenSize]),
      up: try all(projections.up, [intermediate, hiddenSize]),
      down: try all(projections.down, [hiddenSize, intermediate]), expertsPerToken: perToken,
      normalizesShares: normalizesShares)
  }
}
