/// A model that can be loaded.
package struct ModelSource: Sendable {
  /// The name that clients call it by.
  package var name: String
  /// What is known of it without loading it.
  package var facts: ModelFacts
  /// The device that a client has chosen for it; nil for the usual one.
  private(set) var device: String?
  /// Loads it onto a device, or onto the usual one. May take minutes.
  package var load: @Sendable (_ device: String?) async throws -> ServedModel

  /// A model that can be loaded onto any of the server's devices.
  package init(
    name: String, facts: ModelFacts,
    loadOn load: @escaping @Sendable (_ device: String?) async throws -> ServedModel
  ) {
    self.name = name
    self.facts = facts
    self.load = load
  }

  /// A model that is wherever it is.
  package init(name: String, facts: ModelFacts, load: @escaping @Sendable () async throws -> ServedModel) {
    self.init(name: name, facts: facts, loadOn: { _ in try await load() })
  }

  /// The same model on a device of its own, `NAME@DEVICE` to clients.
  func on(_ device: String) -> ModelSource {
    let name = "\(name)@\(device)"
    var source = ModelSource(name: name, facts: facts) { [load] in
      var model = try await load(device)
      model.name = name
      return model
    }
    source.device = device
    return source
  }
}
