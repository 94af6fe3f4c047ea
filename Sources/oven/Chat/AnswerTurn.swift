import Generation
import Supervisor

/// One question and its answer on the screen.
final class AnswerTurn {
  /// How an answer is shown.
  struct Show {
    var isRaw = false
    var hidesThinking = false
  }

  let ready: ReadyModel
  let sampling: GenerationOptions
  /// Nil for an answer that is not shown while it comes.
  let show: Show?
  private let limit: AnswerLimit
  private var repetition = RepetitionWatch()

  init(ready: ReadyModel, sampling: GenerationOptions, show: Show?) {
    self.ready = ready
    self.sampling = sampling
    self.show = show
    limit = AnswerLimit(sampling, ready.assistant.answerDefaults)
  }

  /// Whether the answer is not worth going on with. Who says how long it is to be gets it.
  private var goesRound: Bool { limit.origin != .user && repetition.isCircle }

  /// Answers.
  ///
  /// - Parameters:
  ///   - isCancelled: asked after every token and several times a second.
  func run(
    _ question: String, in session: inout ChatSession, isCancelled: () -> Bool
  ) async throws -> GenerationResult {
    var options = sampling
    options.maxNewTokens = limit.tokens
    let watch = PromptWatch()
    let writer = AnswerWriter(
      isRaw: show?.isRaw ?? true, hidesThinking: show?.hidesThinking ?? false,
      beginsThinking: beginsThinking(question, session), willWrite: { watch.end() })
    defer {
      watch.end()
      if show != nil { writer.finish() }
    }
    return try await ready.assistant.answer(
      question, in: &session, options: options, isCancelled: { isCancelled() || self.goesRound }
    ) { event in
      switch event {
      case .prompt(let done, let total): watch.note(done: done, total: total)
      case .text(let text):
        repetition.add(text)
        guard show != nil else { return watch.end() }
        writer.write(text)
        if writer.isThinkingUnseen { watch.think() }
      }
    }
  }

  /// What is told of an answer while which the process that computes was lost; nil where it was not.
  func loss(_ result: GenerationResult) -> String? {
    result.loss.map { "\($0); another one went on with the answer" }
  }

  /// Why the answer is not whole; nil where it is.
  func cut(_ result: GenerationResult) -> String? {
    if result.reason == .cancelled, goesRound { return AnswerLimit.circle }
    return limit.cut(
      result.reason, generated: result.metrics.generatedTokens, contextLength: ready.assistant.contextLength)
  }

  /// What is told of an answer of which nothing is shown; nil where there is something, or nothing was generated.
  func unseen(_ result: GenerationResult, beginsThinking: Bool) -> String? {
    guard show?.hidesThinking == true, !result.text.isEmpty else { return nil }
    let answer = ThinkingSplitter.answer(in: result.text, isOpen: beginsThinking)
    return answer.contains { !$0.isWhitespace } ? nil : "it has only thought, which is hidden"
  }

  /// Whether the prompt of a question leaves the model thinking.
  func beginsThinking(_ question: String, _ session: ChatSession) -> Bool {
    var trial = session.messages
    trial.append(.init(role: "user", content: question))
    return (try? ready.assistant.format.render(trial)).map(ThinkingSplitter.opens) ?? false
  }
}
