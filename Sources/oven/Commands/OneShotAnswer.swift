import ArgumentParser
import Files
import Generation
import JSON
import Supervisor

/// One run of the supervisor in a script: load, answer, metrics.
struct OneShotAnswer {
  let model: String
  let answer: AnswerOptions
  let runtime: RuntimeOptions
  let runner: RunnerOptions
  let sampling: SamplingOptions

  func run() async throws {
    let folder = try ModelFolder(named: model)
    let start = try ModelStart(folder, runtime, runner)
    let format = try TokenizerChoice.format(answer.tokenizerId, for: folder, style: answer.chatStyle)
    let question = try QuestionText.read(answer)
    var session = format.makeSession()
    session.setSystem(answer.system)
    // Before the load is waited for, which may take minutes.
    try PromptCheck(folder: folder, runtime: runtime).check(question, in: session)
    let signals = SignalWatch()
    let ready = try await signals.loading { try await start.ready(format) }
    signals.beginAnswer()
    let turn = AnswerTurn(ready: ready, sampling: sampling.options, show: answer.json ? nil : answer.show)
    let beginsThinking = turn.beginsThinking(question, session)
    var result = try await turn.run(question, in: &session) { signals.shouldStop || Terminal.outputHasEnded }
    if answer.json, answer.hideThinking {
      result.text = ThinkingSplitter.answer(in: result.text, isOpen: beginsThinking)
    }
    let report = MetricsReport(
      result: result, load: ready.report, warmUpSeconds: ready.warmUpSeconds,
      peakMemory: HostResources.peakMemory + (await ready.peakMemory()))
    if let loss = turn.loss(result) { Terminal.error.note(loss) }
    if answer.json {
      var object = report.json.object ?? [:]
      // Which limit it was that cut the answer.
      object["cut"] = turn.cut(result).map { .string($0) }
      Terminal.output.line(JSON.object(object).serialized(.pretty))
    } else {
      let cut = turn.cut(result).map { ["the answer was " + $0] } ?? []
      let unseen =
        turn.unseen(result, beginsThinking: beginsThinking).map { ["there is no answer: " + $0] } ?? []
      (unseen + cut + report.lines).forEach { Terminal.error.note($0) }
    }
    await ready.close()
    // The figures have said the rest; scripts see by the code that the answer is not whole.
    if result.reason == .cancelled, signals.shouldStop {
      throw ExitCode((signals.isTerminated ? ExitStatus.terminated : .interrupted).rawValue)
    }
  }
}
