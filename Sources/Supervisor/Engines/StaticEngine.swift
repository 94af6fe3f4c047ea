import Generation

/// Runs one conversation at a time on the two fixed-shape graphs of a bake: one computes a prompt, the other one
/// token more. Tokens are looked up on the CPU. The key-value cache is ours (`StaticKeyValueCache`).
///
/// Not `Sendable`: it belongs to the one thread or task that generates.
package final class StaticEngine: ModelEngine {
  /// The folder of both graphs.
  package let folder: ModelFolder
  /// How they were loaded.
  package let report: LoadReport
  /// Where they are in the cache, if they are there.
  package let entryFolders: [String]
  /// The tokens in the cache.
  package private(set) var tokens: [Int] = []
  /// Seconds spent inside the device since the engine was made.
  package private(set) var deviceSeconds = 0.0

  private let prefill: FixedGraph
  private let decode: FixedGraph
  private let cache: StaticKeyValueCache
  private var logits: UnsafeMutableBufferPointer<Float>?
  private var pace = DevicePace()
  /// The places that the mask of the decode graph shows.
  private var shown = 0
  private let clock = ContinuousClock()

  /// Makes an engine of loaded graphs.
  ///
  /// - Throws: `.badModel` for graphs that are not those of `oven bake --static`.
  package init(_ model: StaticModel) throws(SupervisorError) {
    folder = model.folder
    report = model.report
    entryFolders = [model.prefill, model.decode].compactMap(\.entryFolder)
    prefill = try FixedGraph(model.prefill, embedding: model.embedding)
    decode = try FixedGraph(model.decode, embedding: model.embedding)
    cache = try StaticKeyValueCache(prefill: prefill, decode: decode)
    // The place of the new token itself.
    decode.mask.elements[decode.mask.elements.count - 1] = 1
  }

  package var deviceName: String { report.device.name }
  package var contextLength: Int { decode.mask.elements.count }
  package var contextAdvice: String {
    "bake the model with a longer --context-length (now \(contextLength)) and --prompt-length "
      + "(now \(promptLength))"
  }
  package var longestPrompt: Int { min(promptLength, contextLength) }

  private var promptLength: Int { prefill.tokens.elements.count }

  package func append(_ new: ArraySlice<Int>, shouldContinue: () -> Bool) throws(SupervisorError) {
    guard !new.isEmpty else { return }
    let total = count + new.count
    guard total <= contextLength else {
      throw SupervisorError(
        .contextFull, "\(total) tokens do not fit into a context of \(contextLength)",
        mend: "Shorten the prompt, begin a new conversation, or \(contextAdvice).")
    }
    guard count > 0 || new.count <= promptLength else {
      throw SupervisorError(
        .promptTooLong,
        "the prompt has \(new.count) tokens; openvino_prefill.xml was baked for \(promptLength)",
        mend: "Shorten the prompt, or bake again with --static --prompt-length \(new.count) or more.")
    }
    // The prompt's graph takes as long for one token as for all.
    if total <= promptLength, pace.prefersPrompt(of: promptLength, overSteps: new.count) {
      return try run(prompt: tokens + new)
    }
    for token in new {
      guard shouldContinue() else { throw SupervisorError(.cancelled, "stopped within the prompt") }
      try step(token)
    }
  }

  /// Computes a whole conversation from its beginning.
  private func run(prompt: [Int]) throws(SupervisorError) {
    logits = nil
    for place in 0..<promptLength {
      let isToken = place < prompt.count
      prefill.tokens.elements[place] = isToken ? Int64(prompt[place]) : 0
      prefill.mask.elements[place] = isToken ? 1 : 0
      // Behind the end no position beyond the last one: some models turn by the largest.
      prefill.positions?.elements[place] = isToken ? Int64(place) : 0
    }
    try infer(prefill, tokens: promptLength, isPrompt: true)
    cache.storePrompt(prompt.count)
    tokens = prompt
    logits = prefill.logits.elements
  }

  private func step(_ token: Int) throws(SupervisorError) {
    logits = nil
    let position = count
    decode.tokens.elements[0] = Int64(token)
    decode.positions?.elements[0] = Int64(position)
    for place in min(shown, position)..<max(shown, position) {
      decode.mask.elements[place] = place < position ? 1 : 0
    }
    shown = position
    try infer(decode, tokens: 1, isPrompt: false)
    cache.storeStep(at: position)
    tokens.append(token)
    logits = decode.logits.elements
  }

  private func infer(_ graph: FixedGraph, tokens: Int, isPrompt: Bool) throws(SupervisorError) {
    let start = clock.now
    try graph.infer()
    let seconds = (clock.now - start) / .seconds(1)
    deviceSeconds += seconds
    pace.note(tokens: tokens, isPrompt: isPrompt, seconds: seconds)
  }

  package func withLogits<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) throws -> Result {
    guard let logits else { throw SupervisorError(.inferenceFailed, "nothing was computed yet") }
    return try withExtendedLifetime(self) { try body(logits) }
  }

  package func truncate(to length: Int) -> Int {
    guard length < count else { return count }
    tokens.removeSubrange(max(0, length)...)
    logits = nil
    return count
  }

  package func reset() { _ = truncate(to: 0) }

  package func warmUp() throws(SupervisorError) {
    reset()
    try run(prompt: [1])
    try step(1)
    reset()
    // First runs are slower, and say nothing about the next ones.
    pace = DevicePace()
  }
}
