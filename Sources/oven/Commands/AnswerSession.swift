import ArgumentParser
import Baking
import Files
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
    let format = try TokenizerChoice.format(answer.tokenizerId, for: folder, style: answer.chatStyle)
    let question = try question()
    // Before the load, which may take minutes.
    _ = try GenerationConfig(sampling.options)
    let signals = SignalWatch()
    let ready = try signals.loading { try ReadyModel(folder, format: format, runtime: runtime) }
    var session = format.makeSession()
    session.setSystem(answer.system)
    signals.beginAnswer()
    let result = try ready.assistant.answer(
      question, in: &session, options: sampling.options,
      isCancelled: { signals.shouldStop || Terminal.outputHasEnded }
    ) { event in
      if case .text(let text) = event, !answer.json { Terminal.output.writeForeign(text) }
    }
    let report = MetricsReport(
      result: result, load: ready.report, warmUpSeconds: ready.warmUpSeconds,
      peakMemory: HostResources.peakMemory)
    if answer.json {
      Terminal.output.line(report.json.serialized(.pretty))
    } else {
      Terminal.output.line()
      report.lines.forEach { Terminal.error.line(Terminal.error.styled($0, .dim)) }
    }
    // The figures have said the rest; scripts see by the code that the answer is not whole.
    if signals.shouldStop, !signals.isTerminated { throw ExitCode(ExitStatus.interrupted.rawValue) }
  }

  /// The prompt of the option, or all of stdin.
  private func question() throws -> String {
    let text =
      answer.prompt
      ?? String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
      .trimmingCharacters(in: .newlines)
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw ErrorReport(
        what: "there is no question", why: "neither --prompt nor stdin has any text",
        mend: "give one: --prompt \"What is the capital of France?\"", status: .usage)
    }
    return text
  }
}
