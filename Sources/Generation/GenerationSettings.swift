import Errors

extension Setting {
  /// What a device is told besides, NAME=VALUE.
  package static let property: Setting = "property"
}
