import Files

/// Where the hub is, who asks, and where what came from it is kept.
package struct HubConfiguration: Sendable {
  /// The address of the hub without a slash at its end.
  package var endpoint: String
  /// The user's token, sent to `endpoint` and to nobody else.
  package var token: String?
  /// The folder that holds `models--owner--name` folders.
  package var cacheFolder: String
  /// Whether the network must not be used.
  package var offline: Bool
  /// An HTTP proxy as `host` and `port`.
  package var proxy: HubProxy?
  /// How often and how patiently requests are repeated.
  package var retry: RetryPolicy
  /// How the bytes of a big file are split up.
  package var segments: SegmentPolicy
  /// The longest silence of a connection, in seconds, before it counts as cut.
  package var idleTimeoutSeconds: Int

  /// A configuration with the defaults of the public hub.
  package init(
    endpoint: String = HubConfiguration.publicEndpoint, token: String? = nil, cacheFolder: String,
    offline: Bool = false, proxy: HubProxy? = nil, retry: RetryPolicy = .init(),
    segments: SegmentPolicy = .init(),
    idleTimeoutSeconds: Int = 30
  ) {
    self.endpoint = endpoint
    self.token = token
    self.cacheFolder = cacheFolder
    self.offline = offline
    self.proxy = proxy
    self.retry = retry
    self.segments = segments
    self.idleTimeoutSeconds = idleTimeoutSeconds
  }

  /// The hub where `HF_ENDPOINT` names no other one.
  package static let publicEndpoint = "https://huggingface.co"

  /// Reads what `huggingface_hub` reads, with the same precedence: `HF_ENDPOINT`, `HF_TOKEN`, `HF_TOKEN_PATH`,
  /// `HF_HOME`, `HF_HUB_CACHE`, `HF_HUB_OFFLINE`, `HF_HUB_DISABLE_IMPLICIT_TOKEN`, `HF_HUB_DOWNLOAD_TIMEOUT`,
  /// `XDG_CACHE_HOME`, the older names of these, and `HTTPS_PROXY`/`HTTP_PROXY`/`NO_PROXY`.
  ///
  /// - Parameters:
  ///   - environment: the variables of the process.
  ///   - readFile: gives the text of a small file, or nil; for the token that a log-in left behind.
  package static func fromEnvironment(
    _ environment: [String: String], readFile: (String) -> String? = { SmallFile.text(at: $0) }
  ) -> HubConfiguration {
    let variables = EnvironmentReader(environment)
    let home =
      variables.path("HF_HOME")
      ?? ((variables.path("XDG_CACHE_HOME") ?? variables.home + "/.cache") + "/huggingface")
    let cache = variables.path("HF_HUB_CACHE") ?? variables.path("HUGGINGFACE_HUB_CACHE") ?? home + "/hub"
    var token = variables.text("HF_TOKEN") ?? variables.text("HUGGING_FACE_HUB_TOKEN")
    if token == nil, !variables.flag("HF_HUB_DISABLE_IMPLICIT_TOKEN") {
      token = readFile(variables.path("HF_TOKEN_PATH") ?? home + "/token")
    }
    var endpoint = variables.text("HF_ENDPOINT") ?? publicEndpoint
    while endpoint.hasSuffix("/") { endpoint.removeLast() }
    var configuration = HubConfiguration(
      endpoint: endpoint, token: token.flatMap(cleaned), cacheFolder: cache,
      offline: variables.flag("HF_HUB_OFFLINE") || variables.flag("TRANSFORMERS_OFFLINE"),
      proxy: HubProxy.fromEnvironment(variables, endpoint: endpoint))
    if let seconds = variables.text("HF_HUB_DOWNLOAD_TIMEOUT").flatMap(Int.init), (1...3600).contains(seconds)
    {
      configuration.idleTimeoutSeconds = seconds
    }
    return configuration
  }

  /// A token as it may stand in a header: one line of visible ASCII, or nil.
  private static func cleaned(_ token: String) -> String? {
    let text = token.filter { !$0.isWhitespace }
    return text.isEmpty || !text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) ? nil : text
  }
}

/// The variables of a process, with the reading rules of Python's `huggingface_hub`.
package struct EnvironmentReader {
  private let variables: [String: String]

  package init(_ variables: [String: String]) { self.variables = variables }

  /// A variable that is set and not empty.
  package func text(_ name: String) -> String? {
    variables[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Whether a variable says yes: `1`, `ON`, `YES` or `TRUE` in any case.
  package func flag(_ name: String) -> Bool {
    ["1", "ON", "YES", "TRUE"].contains(text(name)?.uppercased() ?? "")
  }

  /// The user's home folder.
  package var home: String { text("HOME") ?? "/root" }

  /// A variable that holds a path; a leading `~` stands for the home folder.
  package func path(_ name: String) -> String? {
    guard let value = text(name) else { return nil }
    if value == "~" { return home }
    return value.hasPrefix("~/") ? home + value.dropFirst(1) : value
  }
}
