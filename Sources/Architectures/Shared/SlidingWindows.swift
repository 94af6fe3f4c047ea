import JSON

extension ModelConfiguration {
  /// The sliding window of each layer, nil for layers that see everything.
  ///
  /// `layer_types` decides where the file has it; `isSliding` otherwise.
  func slidingWindows(isSliding: (_ layer: Int) -> Bool) throws -> [Int?] {
    guard let window = try keys.optionalSize("sliding_window") else {
      return Array(repeating: nil, count: layerCount)
    }
    guard let types = keys.value("layer_types")?.array else {
      return (0..<layerCount).map { isSliding($0) ? window : nil }
    }
    guard types.count >= layerCount else {
      throw ArchitectureError(
        .badConfiguration, "config.json: 'layer_types' has \(types.count) entries for \(layerCount) layers")
    }
    var windows: [Int?] = []
    for type in types.prefix(layerCount) {
      switch type.string {
      case "sliding_attention": windows.append(window)
      case "full_attention": windows.append(nil)
      default:
        throw ArchitectureError(
          .unsupported, "config.json: the layer type \(type.serialized()) is not supported")
      }
    }
    return windows
  }

  /// The same for Qwen's configurations, where windows have a switch of their own and begin at a layer.
  func switchedSlidingWindows() throws -> [Int?] {
    guard try keys.flag("use_sliding_window", or: false) else {
      return Array(repeating: nil, count: layerCount)
    }
    let first = try keys.optionalCount("max_window_layers") ?? 0
    return try slidingWindows { $0 >= first }
  }
}
