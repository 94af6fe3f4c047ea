import Foundation

/// An HTTP proxy between us and the hub.
package struct HubProxy: Sendable, Hashable {
  /// The proxy's host name.
  package var host: String
  /// The proxy's port.
  package var port: Int
  /// User and password, where the proxy asks for them.
  package var user: String?
  /// The password that belongs to `user`.
  package var password: String?

  /// Names a proxy.
  package init(host: String, port: Int, user: String? = nil, password: String? = nil) {
    self.host = host
    self.port = port
    self.user = user
    self.password = password
  }

  /// The proxy that the environment names for `endpoint`, unless `NO_PROXY` excepts its host.
  package static func fromEnvironment(_ variables: EnvironmentReader, endpoint: String) -> HubProxy? {
    guard let url = URL(string: endpoint), let host = url.host?.lowercased() else { return nil }
    let names = url.scheme == "http" ? ["http_proxy", "all_proxy"] : ["https_proxy", "all_proxy"]
    let candidates = names.flatMap { [$0, $0.uppercased()] }
    guard let text = candidates.lazy.compactMap(variables.text).first else { return nil }
    let exceptions = (variables.text("no_proxy") ?? variables.text("NO_PROXY") ?? "").lowercased()
    for exception in exceptions.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
      let suffix = exception.hasPrefix(".") ? exception.dropFirst() : exception
      if suffix == "*" || host == suffix || host.hasSuffix("." + suffix) { return nil }
    }
    guard let proxy = URL(string: text.contains("://") ? text : "http://" + text),
      let scheme = proxy.scheme?.lowercased(), scheme == "http" || scheme == "https", let name = proxy.host
    else { return nil }
    return HubProxy(
      host: name, port: proxy.port ?? (scheme == "https" ? 443 : 80), user: proxy.user,
      password: proxy.password)
  }
}
