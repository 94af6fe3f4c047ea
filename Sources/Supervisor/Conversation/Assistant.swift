import ChatTemplates
import Generation

/// A loaded model that answers: engine, tokenizer, template and the model's own defaults. Free of the terminal.
///
/// Not `Sendable`, as its engine is not: it belongs to one thread or task.
package final class Assistant {
  /// How conversations become tokens.
  package let format: PromptFormat
  /// What the model's files say.
  package let answerDefaults: AnswerDefaults
  /// What `generation_config.json` says.
  package var defaults: GenerationOptions { answerDefaults.options }
  private let engine: any TextGenerationEngine
  private let generator: Generator
  private let npu: NPUBusyTime?

  /// - Parameters:
  ///   - engine: where the model runs.
  ///   - model: the folder with `generation_config.json` and `config.json`.
  ///   - format: the tokenizer and template.
  ///   - npu: counts how long the NPU is busy with an answer, where the engine computes on one.
  /// - Throws: `GenerationError` for a `generation_config.json` that makes no sense.
  package init(
    engine: any TextGenerationEngine, model: ModelFolder, format: PromptFormat, npu: NPUBusyTime? = nil
  ) throws {
    self.format = format
    self.engine = engine
    self.npu = npu
    generator = Generator(engine)
    answerDefaults = try AnswerDefaults(folder: model.folder, format: format)
  }

  /// The tokens that the engine has computed, for whoever shows how far a long prompt is. May be asked for by the
  /// closure that `answer` asks whether to go on.
  package var computedTokens: Int { engine.count }

  /// The tokens of a conversation at most.
  package var contextLength: Int { engine.contextLength }

  /// The tokens of the longest prompt that the engine takes.
  package var longestPrompt: Int { (engine as? any ModelEngine)?.longestPrompt ?? engine.contextLength }

  /// Takes the oldest turns out of a conversation until a question, with some room for its answer, fits.
  ///
  /// - Parameter room: tokens for the answer, as far as the context has so many.
  /// - Returns: how many turns were taken out; none where the question does not even fit alone, which `answer` says.
  /// - Throws: what rendering and encoding throw.
  package func makeRoom(
    for question: String, in session: inout ChatSession, room: Int = 256
  ) throws -> Int {
    let limit = min(longestPrompt, contextLength - min(room, contextLength / 4))
    var shorter = session
    var dropped = 0
    while true {
      var trial = shorter
      if try trial.ask(question).count <= limit { break }
      guard shorter.dropOldestTurn() else { return 0 }
      dropped += 1
    }
    if dropped > 0 { session = shorter }
    return dropped
  }

  /// Adds a question to a conversation and generates the answer; only what is new is computed.
  ///
  /// A question that was cancelled before its answer began is taken back.
  /// - Parameters:
  ///   - options: what the user asks for on top of the model's defaults.
  ///   - isCancelled: asked before every token and between the pieces of a long prompt; the answer so far stays in the
  ///     conversation.
  /// - Throws: `GenerationError` for a prompt that does not fit, or what the device throws; the question is then
  ///   taken back.
  package func answer(
    _ question: String, in session: inout ChatSession, options: GenerationOptions,
    isCancelled: () -> Bool = { false }, onEvent: (GenerationEvent) throws -> Void
  ) throws -> GenerationResult {
    var config = try GenerationConfig(defaults.merged(with: options))
    config.stopStrings += format.stopStrings
    config.eosTokenIDs += format.stopTokens
    let prompt = try session.ask(question)
    do {
      let busyBefore = npu?.seconds
      var result = try generator.generate(
        prompt: prompt, config: config, stream: format.tokenizer.makeStream(prompt: prompt),
        isCancelled: isCancelled, onEvent: onEvent)
      if let busyBefore, let busy = npu?.seconds { result.metrics.npuBusyTime = max(0, busy - busyBefore) }
      if result.reason == .cancelled, result.tokens.isEmpty {
        _ = session.takeBack()
        return result
      }
      let ended = result.reason == .stop
      session.answer(
        result.text, tokens: ended ? Array(result.tokens.dropLast()) : result.tokens,
        isExact: result.reason != .stopString)
      return result
    } catch {
      _ = session.takeBack()
      throw error
    }
  }
}
