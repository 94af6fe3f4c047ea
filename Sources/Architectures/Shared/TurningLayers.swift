extension ModelConfiguration {
  /// Which layers have rotary positions. `no_rope_layers` holds 1 for those that do; without it, all do but each
  /// `interval`-th.
  func turningLayers(interval: Int) throws -> [Bool] {
    let listed = try keys.numbers("no_rope_layers").flatMap { $0.isEmpty ? nil : $0 }
    let turns = listed?.map { $0 != 0 } ?? (0..<layerCount).map { ($0 + 1) % interval != 0 }
    guard turns.count >= layerCount else {
      throw ArchitectureError(
        .badConfiguration,
        "config.json: 'no_rope_layers' has \(turns.count) entries for \(layerCount) layers")
    }
    return turns
  }
}
