import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// How a server runs.
package struct ServerOptions: Sendable {
  /// Where it listens.
  package var address = ListeningAddress.host("127.0.0.1", port: 8080)
  /// How much a client may ask for.
  package var limits = ServingLimits()
  /// Who may ask.
  package var access = AccessRules()
  /// The certificate's chain and its key, PEM files, for TLS and HTTP/2.
  package var certificate: (chain: String, key: String)?
  /// What is written about requests; nil for nothing.
  package var log: AccessLog?
  /// Whether each request gets a line, besides what the server itself has to say.
  package var logsRequests = true
  /// The program's version.
  package var version = ""
  /// Brings models in that clients pull; nil where they may not.
  package var fetcher: ModelFetcher?
  /// Signals to go down on.
  package var signals: [UnixSignal] = []
  /// Told where the server listens, when it does.
  package var whenRunning: @Sendable (SocketAddress?) async -> Void = { _ in }
  /// Told when the server begins to go down.
  package var whenDraining: @Sendable () async -> Void = {}

  /// The defaults.
  package init() {}
}

/// The server: endpoints over a registry of models.
package struct HTTPServer: Sendable {
  /// Its options.
  package let options: ServerOptions
  /// Its models.
  package let registry: ModelRegistry
  /// Whether it takes requests.
  package let state = ServerState()
  /// Its figures.
  package let metrics = ServingMetrics()

  /// A server that does not run yet.
  package init(_ registry: ModelRegistry, options: ServerOptions) {
    self.registry = registry
    self.options = options
  }

  /// Runs until a signal comes or the task is cancelled: then takes nothing new, lets running answers finish, and returns.
  ///
  /// - Throws: What binding the address or reading the certificate throws.
  package func run() async throws {
    let logger = options.log?.logger ?? Logger(label: "oven") { _ in SwiftLogNoOpLogHandler() }
    let listener = try makeListener(logger)
    let drain = DrainService(
      state: state, limit: options.limits.drainTime, whenDraining: options.whenDraining)
    var configuration = ServiceGroupConfiguration(
      services: [
        .init(service: IdleUnloading(registry: registry)), .init(service: listener), .init(service: drain),
      ],
      gracefulShutdownSignals: options.signals, logger: logger)
    configuration.maximumGracefulShutdownDuration = options.limits.drainTime + .seconds(5)
    try await ServiceGroup(configuration: configuration).run()
  }

  /// Whether every engine that has work makes steps.
  package var isAlive: Bool {
    get async {
      let routes = HealthRoutes(registry: registry, state: state, limits: options.limits, metrics: metrics)
      return await routes.stuck() == nil
    }
  }

  private func makeListener(_ logger: Logger) throws -> any Service {
    let limits = options.limits
    let stream = HTTP1Channel.Configuration(
      additionalChannelHandlers: [ClientPresence()],
      idleTimeout: .nanoseconds(limits.idleTime.nanoseconds),
      httpDecoderConfiguration: .init(
        // Beyond ours, which is refused in words, NIO's own limit ends the connection.
        maxHeaderFieldSize: 2 * limits.headerBytes, maxHeaderListSize: 2 * limits.headerBytes))
    let responder = makeResponder(logger)
    if let certificate = options.certificate {
      let channel = try HTTP2UpgradeChannel(
        tlsConfiguration: TLSFiles.configuration(chain: certificate.chain, key: certificate.key),
        configuration: .init(idleTimeout: limits.idleTime, streamConfiguration: stream), responder: responder)
      return listener(channel, logger)
    }
    return listener(HTTP1Channel(responder: responder, configuration: stream), logger)
  }

  private func listener<Child: ServerChildChannel>(_ child: Child, _ logger: Logger) -> HTTPListener<Child> {
    HTTPListener(
      address: options.address, child: child, limit: options.limits.connections, logger: logger,
      whenRunning: options.whenRunning)
  }

  private func makeResponder(_ logger: Logger) -> HTTPChannelHandler.Responder {
    let routes = Routes(
      desk: AnswerDesk(state: state, limits: options.limits, metrics: metrics), registry: registry,
      access: options.access, log: options.logsRequests ? options.log : nil, version: options.version,
      fetches: options.fetcher.map { ModelFetches(registry, $0) }
    ).makeResponder()
    return { request, writer, channel in
      let context = ServingContext(source: .init(channel: channel, logger: logger))
      var response: Response
      do {
        response = try await routes.respond(to: request, context: context)
      } catch {
        // The gate has words for every error but those of a connection that no words reach.
        throw error
      }
      response.headers[.date] = Clocks.httpDate
      response.headers[.server] = "oven"
      try await writer.write(response: response.head, body: response.body)
    }
  }
}

extension Duration {
  /// The whole nanoseconds.
  var nanoseconds: Int64 {
    let parts = components
    return parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000
  }
}

/// The first to be told to go down: refuses what is new, and returns when nothing is being answered, so that the listener
/// closes only then.
private struct DrainService: Service {
  let state: ServerState
  let limit: Duration
  let whenDraining: @Sendable () async -> Void

  func run() async throws {
    try? await gracefulShutdown()
    state.beginDraining()
    await whenDraining()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await state.whenIdle() }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }
}

/// Sends models away that nobody asks for.
private struct IdleUnloading: Service {
  let registry: ModelRegistry

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while true {
        try await Task.sleep(for: .seconds(1))
        await registry.unloadIdle()
      }
    }
  }
}
