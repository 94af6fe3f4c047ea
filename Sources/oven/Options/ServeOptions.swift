import ArgumentParser
import Files
import Foundation
import Serving

/// Where a server listens, who may ask, and how much.
struct ServeOptions: ParsableArguments {
  @Option(
    help: """
      The address to listen on: a host's name or number, or unix:PATH for a socket in the file system. A socket that \
      systemd has bound is used instead.
      """)
  var host = "127.0.0.1"
  @Option(help: "The port; 0 for any that is free.") var port: Int = 8080

  @Option(help: "The key that clients must know; may be repeated. OVEN_API_KEY is one, too.") var apiKey:
    [String] = []
  @Option(help: "A file with a key a line.", completion: .file()) var apiKeyFile: String?
  @Flag(help: "Let anybody ask who reaches an address that is not of this machine alone.")
  var allowAnonymous = false
  @Option(help: "A name by which the server may be called, besides its own; may be repeated.") var allowHost:
    [String] = []
  @Option(help: "A web page's origin that may use the server, or *; may be repeated.") var corsOrigin:
    [String] = []

  @Option(help: "A certificate's chain, PEM; with it the server speaks TLS and HTTP/2.", completion: .file())
  var tlsCert: String?
  @Option(help: "The certificate's key, PEM.", completion: .file()) var tlsKey: String?

  @Option(
    parsing: .unconditional, help: "Unload a model that nobody asked for so long, such as 5m; -1 for never.")
  var keepAlive = "-1"
  @Option(help: "Models in memory at once; the least recently used goes first.") var maxLoaded: Int?
  @Option(
    help: """
      Megabytes of memory to leave free: where less is left, the least recently used model that nobody asks goes. \
      (default: a twentieth of what is free at the start)
      """)
  var memoryReserve: Int?
  @Flag(help: "Load a model when it is first asked for, and not at the start.") var lazy = false
  @Flag(help: "Let the first model answer to every name.") var anyModel = false
  @Flag(
    inversion: .prefixedNo,
    help: "Let clients bring models of the hub in, by Ollama's /api/pull. (default: unless --allow-anonymous)"
  )
  var pull: Bool?

  @Option(help: "Requests that may wait.") var maxQueue: Int = 256
  @Option(help: "Connections at once.") var maxConnections: Int = 1024
  @Option(help: "Megabytes of a request's body.") var maxBody: Int = 32
  @Option(help: "Tokens of a prompt. (default: what the context holds)") var maxPrompt: Int?
  @Option(help: "Seconds in which running answers may finish when the server goes down.") var drainTimeout:
    Int = 60
  @Flag(help: "Write no line about each request to stderr.") var noAccessLog = false

  func validate() throws {
    guard (0...65535).contains(port) else { throw ValidationError("--port is from 0 to 65535") }
    guard (tlsCert == nil) == (tlsKey == nil) else {
      throw ValidationError("--tls-cert and --tls-key belong together: give both")
    }
    guard keepAliveTime != nil else {
      throw ValidationError("--keep-alive is a time such as 30s, 5m or 1h, or -1")
    }
    guard maxQueue > 0, maxConnections > 0, maxBody > 0, drainTimeout >= 0, maxLoaded ?? 1 > 0,
      maxPrompt ?? 1 > 0
    else { throw ValidationError("--max-queue, --max-connections, --max-body and --max-loaded are above 0") }
    guard (0..<1 << 30).contains(memoryReserve ?? 0) else {
      throw ValidationError("--memory-reserve is 0 or more")
    }
  }

  /// Whether clients may bring models in: whoever may ask can fill the disk.
  var pulls: Bool { pull ?? !allowAnonymous }

  /// When idle models make room.
  var memory: MemoryWatch {
    let reserve = memoryReserve.map { $0 << 20 } ?? (HostResources.availableMemory ?? 0) / 20
    return MemoryWatch(reserve: reserve) { HostResources.availableMemory }
  }

  private var keepAliveTime: Duration? { OllamaOptions.duration(keepAlive) }

  /// After which an idle model is unloaded; nil for never.
  var idleTime: Duration? { keepAlive.hasPrefix("-") ? nil : keepAliveTime }

  /// Where to listen.
  var address: ListeningAddress {
    if let socket = ServiceManager.inheritedSockets.first { return .inherited(descriptor: socket) }
    if host.hasPrefix("unix:") { return .path(String(host.dropFirst(5))) }
    return .host(host, port: port)
  }

  /// How much a client may ask for.
  var limits: ServingLimits {
    var limits = ServingLimits()
    limits.bodyBytes = maxBody << 20
    limits.connections = maxConnections
    limits.promptTokens = maxPrompt
    limits.drainTime = .seconds(drainTimeout)
    return limits
  }

  /// Who may ask.
  ///
  /// - Throws: an `ErrorReport` for an address that others reach, without a key.
  func access() throws -> AccessRules {
    let keys = try keys()
    let isLocal = isLoopback
    if !isLocal, keys.isEmpty, !allowAnonymous {
      throw ErrorReport(
        what: "\(host) can be reached from other machines, and there is no key",
        why: "anybody there could use the models, and read what others ask",
        mend: "give --api-key KEY or --api-key-file FILE, or say --allow-anonymous", status: .usage)
    }
    // A page of the web may give a name of its own to this machine's address.
    let own = ["localhost", "127.0.0.1", "[::1]", host.lowercased()]
    let hosts = isLocal ? own + allowHost : allowHost.isEmpty ? nil : own + allowHost
    let isSocket = host.hasPrefix("unix:")
    return AccessRules(
      keys: keys, hosts: isSocket ? nil : hosts, origins: corsOrigin, settingName: { $0.option })
  }

  private var isLoopback: Bool {
    if host.hasPrefix("unix:") || host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".")
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  private func keys() throws -> [String] {
    var keys = apiKey
    if let key = ProcessInfo.processInfo.environment["OVEN_API_KEY"], !key.isEmpty { keys.append(key) }
    if let apiKeyFile {
      guard let text = SmallFile.text(at: apiKeyFile) else {
        throw ErrorReport(
          what: "cannot read the keys of \(apiKeyFile)", why: "it is no readable text file",
          mend: "give a key a line",
          status: .noInput)
      }
      let read = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      keys += read.filter { !$0.isEmpty }
      guard !keys.isEmpty else {
        throw ErrorReport(
          what: "\(apiKeyFile) has no key", why: "without one, nobody would need any",
          mend: "give a key a line",
          status: .usage)
      }
    }
    guard !keys.contains("") else {
      throw ErrorReport(
        what: "the key is empty", why: "anybody knows it", mend: "give --api-key some text", status: .usage)
    }
    return keys
  }
}
