import Graph
import JSON
import Tensors

/// Mamba, and Falcon Mamba, which normalises what chooses the factors.
package struct Mamba: Architecture {
  package static let modelTypes = ["mamba", "falcon_mamba"]
  package let config: ModelConfiguration
  package let ignoredTensors = ["lm_head.weight"]

  private let epsilon: Float
  private let scan: SelectiveScanSettings

  package static func defaults(for modelType: String) -> JSONObject {
    ["num_attention_heads": 1, "state_size": 16, "tie_word_embeddings": true]
  }

  package init(_ config: ModelConfiguration) throws {
    self.config = config
    epsilon = Float(try config.keys.number("layer_norm_epsilon", or: 1e-5))
    scan = try SelectiveScanSettings(config)
  }

  package func build(weights: WeightScope, options: GraphOptions) throws -> Graph {
    let decoder = SinglePartDecoder(config: config) {
      try $0.rootMeanSquareNorm(config.hiddenSize, epsilon: epsilon)
    }
    let normEpsilon =
      config.modelType == "falcon_mamba" ? Float(try config.keys.number("mixer_rms_eps", or: 1e-6)) : nil
    return try decoder.build(weights, options) { layer, _ in
      var space = try scan.selectiveScan(layer["mixer"], hiddenSize: config.hiddenSize)
      // These norms have no weights.
      if let normEpsilon {
        space.factorNorms = Array(
          repeating: Normalization(.rootMeanSquare, name: layer["mixer"].path, epsilon: normEpsilon), count: 3
        )
      }
      return .mixer(space)
    }
  }
}
