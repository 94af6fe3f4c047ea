import Errors

extension Setting {
  /// A server that brings no models in.
  package static let fetchesNothing: Setting = "ServerOptions.fetcher = nil"
  /// The names by which a server may be called.
  package static let allowedHosts: Setting = "AccessRules.hosts"
  /// The pages that may use a server.
  package static let allowedOrigins: Setting = "AccessRules.origins"
}
