import Foundation
import Generation
import JSON
import Supervisor

/// One run of the supervisor in a script: load, answer, metrics.
struct AnswerSession {
  let model: String
  let answer: AnswerOptions
  let runtime: RuntimeOptions
  let sampling: SamplingOptions

  func run() throws {
    let folder = try ModelFolder(path: model)
    let format = try PromptFormat(folder: answer.tokenizerId ?? folder.folder, style: answer.chatStyle)
    warnOfForeignTokenizer(format, folder)
    let question = try question()
    let screen = LoadScreen()
    let loaded = try runtime.makeLoader { screen.show($0) }.load(runtime.request(for: folder))
    let interruption = InterruptionFlag()
    let engine = try StatefulEngine(loaded, options: EngineOptions(for: loaded))
    let assistant = try Assistant(engine: engine, model: folder, format: format)
    var session = format.makeSession()
    session.setSystem(answer.system)
    let result = try assistant.answer(
      question, in: &session, options: sampling.options, isCancelled: { interruption.isRaised }
    ) { event in
      if case .text(let text) = event, !answer.json { Terminal.output.write(text) }
    }
    let report = MetricsReport(result: result, load: loaded.report)
    if answer.json {
      Terminal.output.line(report.json.serialized(.pretty))
    } else {
      Terminal.output.line()
      report.lines.forEach { Terminal.error.line(Terminal.error.styled($0, .dim)) }
    }
  }

  /// The prompt of the option, or all of stdin.
  private func question() throws -> String {
    if let prompt = answer.prompt { return prompt }
    let data = FileHandle.standardInput.readDataToEndOfFile()
    let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
    guard !text.isEmpty else {
      throw ErrorReport(
        what: "there is no question", why: "neither --prompt nor stdin has any text",
        mend: "give one: --prompt \"What is the capital of France?\"", status: .usage)
    }
    return text
  }

  private func warnOfForeignTokenizer(_ format: PromptFormat, _ folder: ModelFolder) {
    guard let size = folder.vocabularySize, format.tokenizer.vocabularySize > size else { return }
    Terminal.error.line(
      "warning: the tokenizer has \(format.tokenizer.vocabularySize) tokens, the model knows \(size): "
        + "it may not belong to this model")
  }
}
