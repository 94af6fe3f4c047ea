import ArgumentParser
import Baking
import ChatTemplates
import Files
import JSON
import Serving

/// `oven serve`: models behind the interfaces of OpenAI, Anthropic, Ollama and llama-server.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve baked models over HTTP, to clients of OpenAI, Anthropic, Ollama and llama-server.",
    discussion: """
      Each DIR is a baked folder or a name of the store; its name is the model's, or the one of NAME=DIR. The first one
      answers where a client names none. Without any, the models of the store are served, each loaded when it is asked
      for; Ollama's clients pull others into it. A page to chat with is at the root; a line of JSON about each request goes to stderr. SIGTERM lets
      running answers finish.

        oven serve models/smollm2_int4
        oven serve
        oven serve small=models/smollm2_int4 big=models/qwen3_int4 --max-loaded 1 --keep-alive 5m
        oven serve models/smollm2_int4 --host 0.0.0.0 --api-key-file keys.txt --tls-cert cert.pem --tls-key key.pem
        curl http://127.0.0.1:8080/v1/chat/completions -d '{"messages": [{"role": "user", "content": "Hi"}]}'
      """)

  @Argument(
    help: "Baked folders or names of the store, each as DIR or NAME=DIR. (default: all models of the store)",
    completion: .model) var dirs: [String] = []

  @OptionGroup(title: "Server") var serve: ServeOptions
  @OptionGroup(title: "Device") var runtime: RuntimeOptions
  @OptionGroup(title: "Scheduler") var service: ServiceOptions
  @Option(
    help: "A named style for models without a chat template: neural, llama2, llama3, chatml, alpaca or raw.")
  var chatStyle: ChatStyle?

  func run() async throws {
    try await Self.run(dirs, serve: serve, runtime: runtime, service: service, style: chatStyle)
  }

  /// Serves until a signal comes.
  static func run(
    _ dirs: [String], serve: ServeOptions, runtime: RuntimeOptions, service: ServiceOptions, style: ChatStyle?
  ) async throws {
    let access = try serve.access()
    let makeSource: @Sendable (String) throws -> FolderSource = {
      try FolderSource($0, runtime: runtime, service: service, style: style, queueLimit: serve.maxQueue)
    }
    let isStore = dirs.isEmpty
    let store = try isStore ? ModelStore.required() : ModelStore()
    let folders = try (isStore ? store?.names ?? [] : dirs).map(makeSource)
    try checkNames(folders)
    SignalSources.ignoreBrokenPipes()
    let log = AccessLog { Terminal.error.line($0) }
    let registry = ModelRegistry(
      folders.map(\.source), keepAlive: serve.idleTime, loadedAtMost: serve.maxLoaded ?? .max,
      answersToAnyName: serve.anyModel, memory: serve.memory
    ) { name, state in
      log.write("model", ["model": .string(name), "state": .string(state.rawValue)])
    }
    var options = ServerOptions()
    options.address = serve.address
    options.limits = serve.limits
    options.access = access
    if let chain = serve.tlsCert, let key = serve.tlsKey { options.certificate = (chain, key) }
    options.log = log
    options.logsRequests = !serve.noAccessLog
    options.version = OvenVersion.current
    options.signals = [.sigterm, .sigint]
    if serve.pulls, let store {
      let fetcher = StoreFetcher(store: store) { try makeSource("\($0)=\(store.place($0))").source }
      options.fetcher = { try await fetcher.fetch($0, $1) }
    }
    let first = serve.lazy || isStore ? nil : folders.first?.name
    let (address, scheme) = (options.address, options.certificate == nil ? "http" : "https")
    options.whenRunning = { bound in
      Terminal.error.line("Listening on \(Self.words(address, scheme, port: bound?.port))")
      Task {
        await Self.becomeReady(registry, first)
        await registry.offer(devices: ServedDevices.find(runtime))
      }
    }
    options.whenDraining = { ServiceManager.notify("STOPPING=1") }
    let server = HTTPServer(registry, options: options)
    let watchdog = Task { await keepWatchdogQuiet(server) }
    defer { watchdog.cancel() }
    do {
      try await server.run()
    } catch let error as ErrorReport {
      throw error
    } catch {
      throw ErrorReport(
        what: "cannot serve on \(words(address, scheme, port: nil))", why: "\(error)",
        mend: "choose another --port or --host, or end the program that has it", status: .unavailable)
    }
  }

  /// Loads the first model, and tells whoever started this that answers can come.
  private static func becomeReady(_ registry: ModelRegistry, _ name: String?) async {
    if let name {
      do {
        _ = try await registry.lease(name)
      } catch {
        Terminal.error.line("error: \(ServingError(error).message)")
        return
      }
    }
    ServiceManager.notify("READY=1")
  }

  /// Shows a service manager that steps advance, as often as it wants; where they do not, it starts the server again.
  private static func keepWatchdogQuiet(_ server: HTTPServer) async {
    guard let interval = ServiceManager.watchdogInterval else { return }
    while !Task.isCancelled {
      if await server.isAlive { ServiceManager.notify("WATCHDOG=1") }
      try? await Task.sleep(for: .seconds(interval / 2))
    }
  }

  private static func checkNames(_ folders: [FolderSource]) throws {
    var known: Set<String> = []
    for folder in folders where !known.insert(folder.name).inserted {
      throw ErrorReport(
        what: "two models are called \(folder.name)", why: "clients choose by name",
        mend: "give one of them another: NAME=DIR", status: .usage)
    }
  }

  private static func words(_ address: ListeningAddress, _ scheme: String, port: Int?) -> String {
    switch address {
    case .host(let host, let asked):
      let shown = host.contains(":") ? "[\(host)]" : host
      return "\(scheme)://\(shown):\(port ?? asked)"
    case .path(let path): return "the socket \(path)"
    case .inherited: return "the socket that was handed over"
    }
  }
}
