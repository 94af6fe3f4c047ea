import ArgumentParser
import Files
import Generation
import Supervisor

/// `oven run`: the one verb that does all of it.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Ask a model, wherever it is: on the hub, in a file, or baked already.",
    discussion: """
      MODEL is a model of the store, a baked folder, a checkpoint (a folder, a .gguf or a .safetensors file), or a \
      model of the hub, ORG/NAME; ORG/NAME:Q4_K_M names one of several GGUF files there. What is missing is done: \
      the model is downloaded, baked while it comes in, compiled for the device, and asked. It stays in the store \
      under its name, and the next start takes a second.

      With a QUESTION, one answer goes to stdout and everything else to stderr; text on stdin is added to the \
      question. Without one it is a chat.
      """)

  @Argument(help: "A name of the store, a folder, a checkpoint, or ORG/NAME of the hub.", completion: .model)
  var model: String
  @Argument(help: "What to ask. (default: stdin; on a terminal, a chat)") var question: [String] = []
  @OptionGroup(title: "Answer") var answer: AnswerOptions
  @OptionGroup(title: "Hub") var hub: HubOptions
  @OptionGroup(title: "Device") var runtime: RuntimeOptions
  @OptionGroup(title: "Scheduler") var runner: RunnerOptions
  @OptionGroup(title: "Sampling") var sampling: SamplingOptions

  func validate() throws {
    if !question.isEmpty, answer.prompt != nil {
      throw ValidationError("the question is there twice: leave --prompt out")
    }
  }

  func run() async throws {
    // Before anything that takes long.
    _ = try GenerationConfig(sampling.options)
    var answer = answer
    if !question.isEmpty { answer.prompt = question.joined(separator: " ") }
    try await SupervisorCommand.run(
      model: try await place(), answer: answer, runtime: runtime, runner: runner, sampling: sampling)
  }

  /// The folder of the model, which is made where it is missing.
  private func place() async throws -> String {
    let bake = { try StoreBake(store: try ModelStore.required(), hub: hub) }
    switch try ModelName(model) {
    case .baked(let path, _): return path
    case .checkpoint(let source): return try await stored(bake()) { try await $0.checkpoint(source) }
    case .hub(let id, let file): return try await stored(bake()) { try await $0.hub(id, file: file) }
    }
  }

  private func stored(
    _ bake: StoreBake, _ make: (StoreBake) async throws -> String
  ) async throws -> String {
    bake.store.place(try await make(bake))
  }
}
