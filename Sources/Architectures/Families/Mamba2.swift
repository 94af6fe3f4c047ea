import Graph
import JSON
import Tensors

/// Mamba 2: state spaces with heads and nothing else.
package struct Mamba2: Architecture {
  package static let modelTypes = ["mamba2"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["lm_head.weight"]

  private let epsilon: Float
  private let space: StateSpaceSettings

  package static func defaults(for modelType: String) -> JSONObject {
    ["num_heads": 128, "head_dim": 64, "state_size": 128, "n_groups": 8, "tie_word_embeddings": false]
  }

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    epsilon = Float(try config.keys.number("layer_norm_epsilon", or: 1e-5))
    space = try StateSpaceSettings(plain: config, epsilon: epsilon)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = SinglePartDecoder(config: config) {
      try $0.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
    }
    return try decoder.build(weights, options) { layer, _ in
      .mixer(try space.stateSpace(layer["mixer"], hiddenSize: config.hiddenSize))
    }
  }
}
