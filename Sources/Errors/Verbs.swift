// What a program offers, named as data like its settings: what these libraries do, each in the program's own word.

extension Setting {
  /// Makes a model that runs of a checkpoint.
  package static let bake: Setting = "Bake"
  /// Converses with a model.
  package static let chat: Setting = "ReadyModel"
  /// Brings a model from a hub.
  package static let pull: Setting = "HubClient"
  /// Lists what is supported.
  package static let families: Setting = "ArchitectureRegistry"
  /// Finds out why a device does not work.
  package static let doctor: Setting = "Doctor"
}
