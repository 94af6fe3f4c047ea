import ArgumentParser

/// `oven chat DIR`: the supervisor under a short name.
struct ChatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat",
    abstract: "Converse with a baked model on the terminal.",
    discussion: """
      The same as `oven supervisor --model_xml DIR`. Within the chat, /help lists the commands.

        oven chat models/neuralchat_int4
      """)

  @Argument(help: "The baked folder, or its openvino_model.xml.", completion: .model) var model: String
  @OptionGroup(title: "Answer") var answer: AnswerOptions
  @OptionGroup(title: "Device") var runtime: RuntimeOptions
  @OptionGroup(title: "Scheduler") var runner: RunnerOptions
  @OptionGroup(title: "Sampling") var sampling: SamplingOptions

  func run() async throws {
    try await SupervisorCommand.run(
      model: model, answer: answer, runtime: runtime, runner: runner, sampling: sampling)
  }
}
