import ChatTemplates
import Files
import Generation
import JSON

/// A loaded model that answers: engine, tokenizer, template and the model's own defaults. Free of the terminal.
///
/// Not `Sendable`, as its engine is not: it belongs to one thread or task.
public final class Assistant {
  /// How conversations become tokens.
  public let format: PromptFormat
  /// What `generation_config.json` says.
  public let defaults: GenerationOptions
  private let generator: Generator
  private let npu: NPUBusyTime?

  /// - Parameters:
  ///   - engine: where the model runs.
  ///   - model: the folder with `generation_config.json` and `config.json`.
  ///   - format: the tokenizer and template.
  ///   - npu: counts how long the NPU is busy with an answer, where the engine computes on one.
  /// - Throws: `GenerationError` for a `generation_config.json` that makes no sense.
  public init(
    engine: any TextGenerationEngine, model: ModelFolder, format: PromptFormat, npu: NPUBusyTime? = nil
  ) throws {
    self.format = format
    self.npu = npu
    generator = Generator(engine)
    func json(_ name: String) -> JSON? {
      SmallFile.bytes(at: model.folder + "/" + name, limit: 1 << 24).flatMap { try? JSON(parsing: $0) }
    }
    defaults = try GenerationOptions(
      generationConfig: json("generation_config.json"), modelConfig: json("config.json"))
  }

  /// Adds a question to a conversation and generates the answer; only what is new is computed.
  ///
  /// - Parameters:
  ///   - options: what the user asks for on top of the model's defaults.
  ///   - isCancelled: asked before every token; the answer so far stays in the conversation.
  /// - Throws: `GenerationError` for a prompt that does not fit, or what the device throws; the question is then
  ///   taken back.
  public func answer(
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
