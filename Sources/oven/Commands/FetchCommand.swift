import ArgumentParser
import Dispatch
import Files

/// `oven fetch`: brings a model of the hub into the store for the server that started it, as `oven run` does. A process of
/// its own, so that no checkpoint ends the server and the memory of a bake goes back. Not for people.
struct FetchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Bring a model in for the server that started this.", shouldDisplay: false
  )

  @Argument var model: String
  @OptionGroup var hub: HubOptions

  func run() async throws {
    let server = ByteChannel(descriptor: ChildProcess.channelDescriptor)
    // A server that is gone needs no model; what has come is kept.
    DispatchQueue(label: "oven.fetch.server").async {
      while case .frame = server.receive() {}
      Processes.exitAtOnce(ExitStatus.interrupted.rawValue)
    }
    let line = FetchLine(server)
    do {
      guard let (id, file) = ModelName.ofHub(model) else {
        throw ErrorReport(
          what: "'\(model.prefix(80))' is no model of the hub", why: "only models of the hub are pulled",
          mend: "name one as ORG/NAME, or ORG/NAME:Q4_K_M for one of several GGUF files", status: .usage)
      }
      let bake = try StoreBake(store: try ModelStore.required(), hub: hub) { line.say(.progress($0)) }
      line.say(.stored(name: try await bake.hub(id, file: file)))
    } catch {
      let report = ErrorReport(error)
      let words = [report.what, report.why, report.mend].filter { !$0.isEmpty }.joined(separator: "; ")
      line.say(.failed(words.isEmpty ? "\(error)" : words, status: report.status.rawValue))
      throw ExitCode(report.status.rawValue)
    }
  }
}
