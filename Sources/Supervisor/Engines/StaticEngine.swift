import Errors
import Generation

/// Runs one conversation at a time on the fixed-shape graphs of a bake: one computes a prompt in chunks, the others one
/// token more, the shortest that holds the conversation being the fastest. What follows from tokens and positions alone is
/// computed on the CPU. The key-value cache is ours (`StaticKeyValueCache`).
///
/// Not `Sendable`: it belongs to the one thread or task that generates.
package final class StaticEngine: ModelEngine {
  /// The folder of the graphs.
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
  /// The shortest context first.
  private let decodes: [FixedGraph]
  private let cache: StaticKeyValueCache
  private var logits: UnsafeMutableBufferPointer<Float>?
  private var pace = DevicePace()
  /// The places that the mask of each decode graph shows.
  private var shown: [Int]
  private let clock = ContinuousClock()

  /// Makes an engine of loaded graphs.
  ///
  /// - Throws: `.badModel` for graphs that are not those of `oven bake --static`.
  package init(_ model: StaticModel) throws(SupervisorError) {
    folder = model.folder
    report = model.report
    entryFolders = ([model.prefill] + model.decodes).compactMap(\.device.entryFolder)
    prefill = try FixedGraph(model.prefill)
    decodes = try model.decodes.map { decode throws(SupervisorError) in try FixedGraph(decode) }
    cache = try StaticKeyValueCache(prefill: prefill, decodes: decodes)
    contextLength = decodes.map(\.mask.elements.count).max() ?? 0
    shown = decodes.map { _ in 0 }
    // The place of the new token itself.
    for decode in decodes { decode.mask.elements[decode.pastLength] = 1 }
  }

  package var deviceName: String { report.device.name }
  package let contextLength: Int
  package var contextAdvice: Wording {
    """
    bake the model with a longer \(setting: .bakedContextLength) (now \(contextLength)) and \
    \(setting: .bakedPromptLength) (now \(promptLength))
    """
  }
  package var longestPrompt: Int { contextLength }
  package var promptPieceLength: Int { contextLength }

  private var promptLength: Int { prefill.tokens.elements.count }

  package func append(_ new: ArraySlice<Int>, shouldContinue: () -> Bool) throws(SupervisorError) {
    guard !new.isEmpty else { return }
    let total = count + new.count
    guard total <= contextLength else {
      throw SupervisorError(
        .contextFull, "\(total) tokens do not fit into a context of \(contextLength)",
        advice: "Shorten the prompt, begin a new conversation, or \(contextAdvice).")
    }
    let all = tokens + new
    while count < total {
      guard shouldContinue() else { throw SupervisorError(.cancelled, "stopped within the prompt") }
      // Near the end of the context a chunk begins earlier than what is new, at the last place that its past reaches to.
      let start = min(count, prefill.pastLength), end = min(start + promptLength, total)
      // The prompt's graph takes as long for one token as for all. A single one is never its, however long a step took.
      if end > count + 1, pace.prefersPrompt(of: promptLength, overSteps: end - count) {
        try run(chunk: start..<end, of: all)
      } else {
        try step(all[count])
      }
    }
  }

  /// Computes some tokens of a conversation, those before them being in the cache.
  private func run(chunk: Range<Int>, of all: [Int]) throws(SupervisorError) {
    logits = nil
    let past = prefill.pastLength
    for place in 0..<past { prefill.mask.elements[place] = place < chunk.lowerBound ? 1 : 0 }
    for place in 0..<promptLength {
      let position = chunk.lowerBound + place, isToken = position < chunk.upperBound
      prefill.tokens.elements[place] = isToken ? Int64(all[position]) : 0
      prefill.mask.elements[past + place] = isToken ? 1 : 0
      // Behind the end no position beyond the last one: some models turn by the largest.
      prefill.positions?.elements[place] = isToken ? Int64(position) : 0
    }
    try infer(prefill, tokens: promptLength, isPrompt: true)
    cache.storePrompt(chunk.count, at: chunk.lowerBound)
    tokens = Array(all[..<chunk.upperBound])
    logits = prefill.logits.elements
  }

  private func step(_ token: Int) throws(SupervisorError) {
    logits = nil
    let position = count
    guard let index = decodes.firstIndex(where: { $0.pastLength >= position }) else {
      throw SupervisorError(.contextFull, "no graph holds \(position + 1) tokens")
    }
    let decode = decodes[index], before = shown[index]
    decode.tokens.elements[0] = Int64(token)
    decode.positions?.elements[0] = Int64(position)
    for place in min(before, position)..<max(before, position) {
      decode.mask.elements[place] = place < position ? 1 : 0
    }
    shown[index] = position
    try infer(decode, tokens: 1, isPrompt: false)
    cache.storeStep(of: index, at: position)
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
    try run(chunk: 0..<1, of: [1])
    try step(1)
    reset()
    // First runs are slower, and say nothing about the next ones.
    pace = DevicePace()
  }
}
