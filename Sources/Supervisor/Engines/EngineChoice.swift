/// What keeps a conversation's keys and values, by its name in reports. Each recipe names its own.
package struct EngineKind: RawRepresentable, Sendable, Hashable, Codable {
  /// The name.
  package let rawValue: String

  /// Names an engine.
  package init(rawValue: String) { self.rawValue = rawValue }
}

/// Which engine is asked for.
package enum EngineChoice: RawRepresentable, Sendable, Hashable, CaseIterable {
  /// The one that is fastest as far as is known.
  case auto
  /// This one, or an error.
  case only(EngineKind)

  package static let paged = EngineChoice.only(.paged)
  package static let stateful = EngineChoice.only(.stateful)

  package static var allCases: [EngineChoice] { [.auto] + EngineRecipes.choosable.map(Self.only) }

  package init?(rawValue: String) {
    guard let choice = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = choice
  }

  package var rawValue: String {
    switch self {
    case .auto: "auto"
    case .only(let kind): kind.rawValue
    }
  }
}
