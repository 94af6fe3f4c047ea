/// What keeps a conversation's keys and values.
package enum EngineKind: String, Sendable, Hashable, Codable {
  /// The model's own variables (`StatefulEngine`).
  case stateful
  /// Blocks of ours, read by OpenVINO's paged attention (`PagedEngine`).
  case paged
  /// Columns of ours beside fixed-shape graphs (`StaticEngine`).
  case fixedShapes = "static"
}

/// Which engine is asked for.
package enum EngineChoice: String, Sendable, Hashable, CaseIterable {
  /// The paged one on a CPU, where the model has a paged form; otherwise the stateful one. A gated delta net is computed
  /// faster without pages as long as there is one conversation.
  case auto
  /// The paged one, or an error.
  case paged
  /// The stateful one.
  case stateful
}
