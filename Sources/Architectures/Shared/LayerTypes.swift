import JSON

/// What mixes the tokens in a layer of a hybrid model.
enum LayerType: Sendable, Hashable {
  /// Attention over all earlier tokens.
  case attention
  /// A recurrent state: linear attention, a state space, a short convolution.
  case recurrent
  /// Nothing: a feed-forward part alone.
  case feedForward
  /// Nothing: experts alone.
  case experts
}

extension ModelConfiguration {
  /// The type of each layer, from `layer_types` or `layers_block_type`, whose words transformers has changed over the
  /// years; from `fallback` where the file has neither.
  func layerTypes(or fallback: (_ layer: Int) -> LayerType) throws -> [LayerType] {
    guard let types = keys.value("layer_types", "layers_block_type")?.array else {
      return (0..<layerCount).map(fallback)
    }
    guard types.count >= layerCount else {
      throw ArchitectureError(
        .badConfiguration, "config.json: 'layer_types' has \(types.count) entries for \(layerCount) layers")
    }
    return try types.prefix(layerCount).map { type in
      switch type.string {
      case "full_attention", "attention": return .attention
      case "linear_attention", "mamba", "conv", "recurrent": return .recurrent
      case "mlp": return .feedForward
      case "moe": return .experts
      default:
        throw ArchitectureError(
          .unsupported, "config.json: the layer type \(type.serialized()) is not supported")
      }
    }
  }
}
