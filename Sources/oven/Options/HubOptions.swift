import ArgumentParser
import Foundation
import Hub

/// Which model of the hub, and which of its files.
struct HubOptions: ParsableArguments {
  @Option(help: "A branch, a tag or a commit of the model.")
  var revision = "main"

  @Option(help: "The weights to take where there are several kinds: safetensors, torch, openvino or gguf.")
  var weights: WeightChoice?

  @Option(help: "Which of several GGUF files: a part of its name, for example Q4_K_M.")
  var gguf: String?

  /// The files that these options choose.
  var selection: FileSelection {
    if let kind = weights?.kind { return FileSelection(weights: [kind], gguf: gguf) }
    return gguf == nil ? FileSelection() : FileSelection(weights: [.gguf], gguf: gguf)
  }

  /// Downloads `model` as the environment says, and shows it on `screen`. Ctrl-C keeps what has arrived.
  func download(_ model: String, _ selection: FileSelection, _ screen: HubScreen) async throws -> HubSnapshot
  {
    let id = try HubModelID(model)
    let client = try HubClient(.fromEnvironment(ProcessInfo.processInfo.environment))
    let revision = revision
    let interruption = InterruptionFlag()
    let work = Task {
      try await client.download(id, revision: revision, selecting: selection) { screen.show($0) }
    }
    let watch = Task {
      while !interruption.isRaised { try await Task.sleep(for: .milliseconds(100)) }
      work.cancel()
    }
    defer {
      watch.cancel()
      screen.finish()
    }
    let snapshot = try await work.value
    screen.finish()
    screen.show(snapshot)
    return snapshot
  }
}

/// A kind of weights as the command line names it.
enum WeightChoice: String, ExpressibleByArgument, CaseIterable {
  case safetensors, torch, openvino, gguf

  var kind: WeightKind {
    switch self {
    case .safetensors: .safetensors
    case .torch: .torch
    case .openvino: .openvino
    case .gguf: .gguf
    }
  }
}
