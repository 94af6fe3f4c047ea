import Errors
import Generation
import OpenVINO

/// Runs one conversation at a time on a stateful model: the key-value cache lives in the request's variables.
///
/// Not `Sendable`: it belongs to the one thread or task that generates. Others may cancel through `canceller`.
/// On an NPU one engine a model: inside NPUW the requests of a compiled model share memory, and two that run at
/// once spoil each other's results.
package final class StatefulEngine: ModelEngine {
  /// The loaded model.
  package let model: LoadedModel
  /// How it runs.
  package let options: EngineOptions
  /// The tokens in the cache.
  package private(set) var tokens: [Int] = []
  /// Seconds spent inside the device since the engine was made.
  package private(set) var deviceSeconds = 0.0

  private let interface: LanguageModelInterface
  private let request: InferRequest
  private let feed: StatefulInputs
  private var logits: Tensor?
  private var pace = DevicePace()
  /// Nil for models whose only states are caches.
  private var recurrent: RecurrentStates?
  private let clock = ContinuousClock()

  /// Makes an engine of a loaded model.
  package init(_ model: LoadedModel, options: EngineOptions) throws(SupervisorError) {
    self.model = model
    self.options = options
    interface = try LanguageModelInterface(model.compiled)
    do throws(OpenVINOError) {
      request = try model.compiled.makeRequest()
      if try request.states().contains(where: { !RecurrentStates.isCache($0.name) }) {
        recurrent = RecurrentStates(interval: options.snapshotInterval)
      }
      feed = try StatefulInputs(
        capacity: options.contextLength, chunk: options.longestRun, runtime: model.compiled.runtime)
      try feed.connect(request, interface)
    } catch {
      throw Self.failed(error)
    }
  }

  package var folder: ModelFolder { model.folder }
  package var report: LoadReport { model.report }
  package var entryFolders: [String] { model.entryFolder.map { [$0] } ?? [] }
  package var contextAdvice: Wording {
    model.npu == nil
      ? "" : "load the model with a longer \(setting: .longestPrompt) (now \(longestPrompt))"
  }
  package var longestPrompt: Int {
    if case .appendOnly(let promptLength) = options.cache { return min(promptLength, contextLength) }
    return contextLength
  }
  package var promptPieceLength: Int {
    if case .editable(let pieceLength) = options.cache { return min(pieceLength, contextLength) }
    // From the beginning, as a whole.
    return contextLength
  }

  /// The device's name for people: "Intel(R) AI Boost (3720)".
  package var deviceName: String { model.report.device.name }
  /// The tokens of a conversation at most.
  package var contextLength: Int { options.contextLength }
  /// What another thread needs to stop a run.
  package var canceller: InferRequest.Canceller { request.canceller }

  /// Empties the cache.
  package func reset() throws(SupervisorError) {
    do throws(OpenVINOError) {
      try request.resetStates()
    } catch {
      throw Self.failed(error)
    }
    tokens = []
    logits = nil
    recurrent?.removeAll()
  }

  /// Appends tokens to the cache and computes the logits that follow the last one.
  ///
  /// - Parameters:
  ///   - new: At least one.
  ///   - shouldContinue: Asked between the pieces of a long prompt; when it says no, `.cancelled` is thrown and
  ///     the cache holds the pieces so far.
  package func append(
    _ new: ArraySlice<Int>, shouldContinue: () -> Bool = { true }
  ) throws(SupervisorError) {
    guard !new.isEmpty else { return }
    guard count + new.count <= options.contextLength else {
      throw SupervisorError(
        .contextFull, "\(count + new.count) tokens do not fit into a context of \(options.contextLength)",
        advice: "Shorten the prompt, or begin a new conversation."
          + (contextAdvice.isEmpty ? "" : " Or \(contextAdvice)."))
    }
    switch options.cache {
    case .editable(let pieceLength):
      // Where a state space is no single node, what each token does to its memory is computed for a piece at once.
      let length = recurrent == nil ? pieceLength : min(pieceLength, 128)
      try run(new, inPiecesOf: length, shouldContinue)
    case .appendOnly(let promptLength):
      try appendOnly(new, promptLength, shouldContinue)
    }
  }

  /// NPUW computes a prompt only from the beginning, and afterwards token by token.
  private func appendOnly(
    _ new: ArraySlice<Int>, _ promptLength: Int, _ shouldContinue: () -> Bool
  ) throws(SupervisorError) {
    if count > 0 {
      let whole = tokens + new
      guard whole.count <= promptLength, pace.prefersPrompt(of: whole.count, overSteps: new.count) else {
        return try run(new, inPiecesOf: 1, shouldContinue)
      }
      try reset()
      return try run(whole[...], inPiecesOf: promptLength, shouldContinue)
    }
    guard new.count <= promptLength else {
      throw SupervisorError(
        .promptTooLong, "the prompt has \(new.count) tokens; the model was loaded for \(promptLength)",
        advice: """
          Shorten the prompt, or load the model with \(setting: .longestPrompt) \(new.count) or more.
          """)
    }
    try run(new, inPiecesOf: promptLength, shouldContinue)
  }

  private func run(
    _ new: ArraySlice<Int>, inPiecesOf length: Int, _ shouldContinue: () -> Bool
  ) throws(SupervisorError) {
    var rest = new
    while !rest.isEmpty {
      guard shouldContinue() else { throw SupervisorError(.cancelled, "stopped within the prompt") }
      let piece = rest.prefix(length)
      rest = rest.dropFirst(piece.count)
      try run(piece, endsPrompt: rest.isEmpty && new.count > 1)
    }
  }

  private func run(_ piece: ArraySlice<Int>, endsPrompt: Bool) throws(SupervisorError) {
    logits = nil
    do throws(OpenVINOError) {
      try feed.fill(piece, after: count)
      let start = clock.now
      try request.infer()
      let seconds = (clock.now - start) / .seconds(1)
      deviceSeconds += seconds
      pace.note(tokens: piece.count, isPrompt: count == 0, seconds: seconds)
      tokens += piece
      logits = try request.output(interface.logits)
      try recurrent?.ran(
        request, length: count, endsPrompt: endsPrompt, runtime: model.compiled.runtime)
    } catch {
      throw Self.failed(error)
    }
  }

  /// Lends the logits of the last token that was appended: as many as the vocabulary has tokens.
  package func withLogits<Result>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Result) throws
    -> Result
  {
    try withAllLogits { all, size in
      try body(UnsafeMutableBufferPointer(rebasing: all[(all.count - size)...]))
    }
  }

  /// Lends the logits of the last run: a row for each token of its last piece if the model was loaded with all
  /// logits, otherwise one row. The second argument is the length of a row.
  package func withAllLogits<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>, Int) throws -> Result
  ) throws -> Result {
    guard let logits else { throw SupervisorError(.inferenceFailed, "nothing was computed yet") }
    let size = try logits.layout().shape.last ?? 0
    return try logits.withElements(of: Float.self) { all in
      guard size > 0, all.count >= size else {
        throw SupervisorError(.inferenceFailed, "the device returned no logits")
      }
      return try body(all, size)
    }
  }

  /// Forgets everything after the first `length` tokens, so that a conversation can go on from there.
  ///
  /// - Returns: How many are left: `length`; fewer where a recurrent state was kept only earlier; or 0 on a device whose
  ///   cache can only be emptied.
  package func truncate(to length: Int) throws(SupervisorError) -> Int {
    guard length < count else { return count }
    guard length > 0, case .editable = options.cache else {
      try reset()
      return 0
    }
    do throws(OpenVINOError) {
      guard let kept = try recurrent == nil ? length : recurrent?.rewind(request, to: length) else {
        throw OpenVINOError(.unsupported, "no copy of the states was kept so early")
      }
      for state in try request.states() where RecurrentStates.isCache(state.name) {
        try state.truncate(to: kept, from: count, runtime: model.compiled.runtime)
      }
      tokens.removeSubrange(kept...)
    } catch {
      // Some states may be shortened already; none of them can be trusted.
      try reset()
      return 0
    }
    logits = nil
    return count
  }

  package func warmUp() throws(SupervisorError) {
    let length = max(1, min(16, options.longestRun, options.contextLength - 1))
    try append([Int](repeating: 1, count: length)[...])
    if options.contextLength > length { try append([1]) }
    try reset()
  }

  static func failed(_ error: OpenVINOError) -> SupervisorError {
    if error.code == .cancelled { return SupervisorError(.cancelled, "stopped") }
    return SupervisorError(.inferenceFailed, "the device stopped: \(error.message)")
  }
}

extension VariableState {
  /// Keeps the first `length` of `count` tokens of keys or values [batch, heads, tokens, head size].
  fileprivate func truncate(
    to length: Int, from count: Int, runtime: OpenVINORuntime
  ) throws(OpenVINOError) {
    let whole = try tensor()
    let layout = try whole.layout()
    guard layout.shape.count == 4, layout.shape[2] == count else {
      throw OpenVINOError(.unsupported, "state \(name) is \(whole), not [batch, heads, tokens, size]")
    }
    var end = layout.shape
    end[2] = length
    let copy = try Tensor(layout.elementType, shape: end, runtime: runtime)
    try whole.part(from: [0, 0, 0, 0], to: end).copy(to: copy)
    try set(copy)
  }
}
