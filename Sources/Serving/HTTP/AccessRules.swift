import Digests
import Errors
import HTTPTypes

/// Who may ask: keys, hosts and origins.
package struct AccessRules: Sendable {
  private let keys: [[UInt8]]
  private let hosts: Set<String>?
  private let origins: Set<String>
  private let allowsAllOrigins: Bool
  private let settingName: @Sendable (Setting) -> String

  /// - Parameters:
  ///   - keys: any of these opens; none for a server without keys.
  ///   - hosts: the names by which the server may be called, without ports; nil for any. A server that only its own
  ///     machine reaches must not answer to foreign names, or pages of the web could reach it by a name of theirs.
  ///   - origins: the pages that may use the server from a browser, besides its own; `*` for all.
  ///   - settingName: how whoever runs the server gives a setting, for what clients are told.
  package init(
    keys: [String] = [], hosts: [String]? = nil, origins: [String] = [],
    settingName: @escaping @Sendable (Setting) -> String = { $0.name }
  ) {
    self.settingName = settingName
    self.keys = keys.map(Self.digest)
    self.hosts = hosts.map { Set($0.map { $0.lowercased() }) }
    allowsAllOrigins = origins.contains("*")
    self.origins = Set(origins)
  }

  /// Whether there is a key to know.
  package var needsKey: Bool { !keys.isEmpty }

  /// Checks the key of a request. Takes the same time whatever of it is right.
  func checkKey(_ headers: HTTPFields) throws(ServingError) {
    guard !keys.isEmpty else { return }
    guard let given = Self.key(in: headers) else {
      throw ServingError(
        .unauthorized, "this server wants a key: send it as Authorization: Bearer KEY or as x-api-key: KEY")
    }
    let digest = Self.digest(given)
    var isKnown = false
    for key in keys where Self.isSame(key, digest) { isKnown = true }
    guard isKnown else { throw ServingError(.unauthorized, "the key is not one of this server's") }
  }

  private static func key(in headers: HTTPFields) -> String? {
    if let text = headers[.authorization] {
      let parts = text.split(separator: " ", maxSplits: 1)
      if parts.count == 2, parts[0].lowercased() == "bearer" { return String(parts[1]) }
    }
    return headers[.apiKey]
  }

  private static func digest(_ key: String) -> [UInt8] { SHA256.digest(of: key.utf8) }

  private static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// Checks by which name the server was called. Browsers always say it; who calls it by none, as a balancer's HTTP/1.0
  /// does that looks whether it is there, is no browser.
  package func checkHost(_ authority: String?) throws(ServingError) {
    guard let hosts, let authority else { return }
    guard hosts.contains(Self.host(authority)) else {
      throw refusal(
        """
        this server does not answer to the name '\(authority.prefix(80))': allow it with \(setting: .allowedHosts)
        """)
    }
  }

  /// A host without its port, in lower case.
  static func host(_ authority: String) -> String {
    var host = authority.lowercased()
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return String(host[...end]) }
    if let colon = host.lastIndex(of: ":") { host = String(host[..<colon]) }
    return host
  }

  /// Checks the page that asks, where a browser names one.
  ///
  /// - Returns: The origin to allow in the answer; nil for the server's own page or none.
  func checkOrigin(_ origin: String?, authority: String?) throws(ServingError) -> String? {
    guard let origin else { return nil }
    if allowsAllOrigins || origins.contains(origin) { return origin }
    let own = authority.map { ["http://\($0)", "https://\($0)"] } ?? []
    if own.contains(origin.lowercased()) { return nil }
    throw refusal(
      "pages of \(origin.prefix(80)) may not use this server: allow them with \(setting: .allowedOrigins)")
  }

  /// What a client is told who may not do what it asks for.
  func refusal(_ words: Wording) -> ServingError { ServingError(.forbidden, words.text(settingName)) }
}

extension HTTPField.Name {
  /// Anthropic's header for keys.
  static let apiKey = Self("x-api-key") ?? .authorization
  /// The id of a request.
  static let requestID = Self("x-request-id") ?? .eTag
  /// OpenTelemetry's header.
  static let traceParent = Self("traceparent") ?? .eTag
}
