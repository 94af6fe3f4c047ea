import ArgumentParser
import ChatTemplates
import Foundation
import Generation
import JSON
import Supervisor

/// `oven supervisor`: loads a baked model and answers.
struct SupervisorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "supervisor",
    abstract: "Load a baked model onto a device and answer.",
    discussion: """
      The first load compiles the model for the device, which an NPU takes a minute or two for; the result is kept
      in a cache, and every later load takes seconds.

      On a terminal it is a chat; /help there lists the commands. With --prompt, or text on stdin, one answer goes
      to stdout and nothing else; progress and metrics go to stderr. Text on stdin is added to a --prompt.

        oven supervisor --model_xml models/neuralchat_int4
        oven supervisor --model_xml models/neuralchat_int4 --prompt "Why is the sky blue?"
        echo "Translate to German: good morning" | oven supervisor --model_xml models/neuralchat_int4
      """)

  @Option(
    name: [.customLong("model-xml"), .customLong("model")],
    help: "The baked folder, its openvino_model.xml, or a name of the store.", completion: .model)
  var modelXml: String

  @Flag(help: "Answer over HTTP, as `oven serve` does, and not here.") var serve = false

  @OptionGroup(title: "Answer") var answer: AnswerOptions
  @OptionGroup(title: "Device") var runtime: RuntimeOptions
  @OptionGroup(title: "Sampling") var sampling: SamplingOptions
  @OptionGroup(title: "Server, with --serve") var server: ServeOptions
  @OptionGroup(title: "Scheduler") var service: ServiceOptions

  func run() async throws {
    if serve {
      return try await ServeCommand.run(
        [modelXml], serve: server, runtime: runtime, service: service, style: answer.chatStyle)
    }
    try await Self.run(
      model: modelXml, answer: answer, runtime: runtime, runner: service.runner, sampling: sampling)
  }

  /// A chat where a person sits at the terminal, otherwise one answer.
  static func run(
    model: String, answer: AnswerOptions, runtime: RuntimeOptions, runner: RunnerOptions,
    sampling: SamplingOptions
  ) async throws {
    // What cannot be right is refused before anything is read or loaded.
    _ = try GenerationConfig(sampling.options)
    if answer.prompt == nil, !answer.json, Terminal.inputIsInteractive {
      var chat = try await ChatScreen(
        model: model, answer: answer, runtime: runtime, runner: runner, sampling: sampling)
      try await chat.run()
    } else {
      try await OneShotAnswer(
        model: model, answer: answer, runtime: runtime, runner: runner, sampling: sampling
      ).run()
    }
  }
}

/// What is asked, and how the answer is shown.
struct AnswerOptions: ParsableArguments {
  // A text may begin with a hyphen.
  @Option(name: .shortAndLong, parsing: .unconditional, help: "Answer this, and end.") var prompt: String?
  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: "Add a file's text to the question; may be repeated.",
    completion: .file())
  var files: [String] = []
  @Option(parsing: .unconditional, help: "The system's message, before the first question.")
  var system: String?
  @Option(
    help: """
      Another folder's tokenizer, or a model of the local hub cache. (default: the one that was baked)
      """)
  var tokenizerId: String?
  @Option(
    help: "A named style for models without a chat template: neural, llama2, llama3, chatml, alpaca or raw.")
  var chatStyle: ChatStyle?
  @Flag(help: "Show the answer as it comes, also on a terminal: markdown is not drawn, thinking not dimmed.")
  var raw = false
  @Flag(help: "Leave out what a model thinks before it answers.") var hideThinking = false
  @Flag(help: "Print answer and metrics as one JSON object to stdout.") var json = false
}

extension AnswerOptions {
  /// How answers are shown.
  var show: AnswerTurn.Show { .init(isRaw: raw, hidesThinking: hideThinking) }
}

extension ChatStyle: ExpressibleByArgument {}
