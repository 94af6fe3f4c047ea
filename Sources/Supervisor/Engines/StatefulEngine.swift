import OpenVINO

/// Runs one conversation at a time on a stateful model: the key-value cache lives in the request's variables.
///
/// Not `Sendable`: it belongs to the one thread or task that generates. Others may cancel through `canceller`.
public final class StatefulEngine {
  /// How the engine runs; what the device is told is in the loader's request.
  public struct Options: Sendable, Hashable {
    /// The tokens of a conversation at most; beyond the model's own limit only if the user asks for it.
    public var contextLength: Int
    /// A prompt is computed in pieces of so many tokens: attention's intermediate sums grow with it, and
    /// between two pieces a run can be cancelled.
    public var chunkLength = 1024
    /// Whether the device needs a fixed context, as NPUW does, where the cache can only be emptied.
    public var canTruncate = true
    /// Whether `evaluate` is wanted, for which the model was loaded with all logits.
    public var allLogits = false

    /// Makes options.
    public init(contextLength: Int) {
      self.contextLength = contextLength
    }
  }

  /// The loaded model.
  public let model: LoadedModel
  /// How it runs.
  public let options: Options
  /// The number of tokens in the cache.
  public private(set) var count = 0
  /// Time spent inside the device, in seconds, since the engine was made.
  public private(set) var deviceSeconds = 0.0
  /// The size of the vocabulary, known after the first run.
  public private(set) var vocabularySize = 0

  private let interface: LanguageModelInterface
  private let request: InferRequest
  private let feed: TokenFeed
  private var logits: Tensor?
  private let clock = ContinuousClock()

  /// Makes an engine of a loaded model.
  public init(_ model: LoadedModel, options: Options) throws(SupervisorError) {
    self.model = model
    self.options = options
    interface = try LanguageModelInterface(model.compiled)
    do throws(OpenVINOError) {
      request = try model.compiled.makeRequest()
      feed = try TokenFeed(
        capacity: options.contextLength, chunk: options.chunkLength, runtime: model.compiled.runtime)
      try feed.connect(request, interface)
    } catch {
      throw Self.failed(error)
    }
  }

  /// What another thread needs to stop a run.
  public var canceller: InferRequest.Canceller { request.canceller }

  /// Empties the cache.
  public func reset() throws(SupervisorError) {
    do throws(OpenVINOError) {
      try request.resetStates()
    } catch {
      throw Self.failed(error)
    }
    count = 0
    logits = nil
  }

  /// Appends tokens to the cache and computes the logits of the last one.
  ///
  /// - Parameters:
  ///   - tokens: At least one.
  ///   - shouldContinue: Asked between two pieces of a long prompt; when it says no, `.cancelled` is thrown and
  ///     the cache holds the pieces so far.
  public func append(
    _ tokens: some Collection<Int>, shouldContinue: () -> Bool = { true }
  ) throws(SupervisorError) {
    guard !tokens.isEmpty else { return }
    guard count + tokens.count <= options.contextLength else {
      throw SupervisorError(
        .contextFull, "\(count + tokens.count) tokens do not fit into a context of \(options.contextLength)",
        mend: "Shorten the prompt or begin a new conversation.")
    }
    var rest = tokens[...]
    while !rest.isEmpty {
      guard shouldContinue() else { throw SupervisorError(.cancelled, "stopped within the prompt") }
      let piece = rest.prefix(options.chunkLength)
      try run(piece)
      rest = rest.dropFirst(piece.count)
    }
  }

  private func run(_ piece: some Collection<Int>) throws(SupervisorError) {
    logits = nil
    do throws(OpenVINOError) {
      try feed.fill(piece, after: count)
      let start = clock.now
      try request.infer()
      deviceSeconds += (clock.now - start) / .seconds(1)
      count += piece.count
      logits = try request.output(interface.logits)
    } catch {
      throw Self.failed(error)
    }
  }

  /// Lends the logits of the last token that was appended: as many as the vocabulary has tokens.
  public func withLogits<Result>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Result) throws
    -> Result
  {
    try withAllLogits { all, size in
      try body(UnsafeMutableBufferPointer(rebasing: all[(all.count - size)...]))
    }
  }

  /// Lends the logits of the last run: one row for each token of its last piece if the model was loaded with
  /// all logits, otherwise one. The second argument is the length of a row.
  public func withAllLogits<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>, Int) throws -> Result
  ) throws -> Result {
    guard let logits else { throw SupervisorError(.inferenceFailed, "nothing was computed yet") }
    let size = try logits.layout().shape.last ?? 0
    vocabularySize = size
    return try logits.withElements(of: Float.self) { all in
      guard size > 0, all.count >= size else {
        throw SupervisorError(.inferenceFailed, "the device returned no logits")
      }
      return try body(all, size)
    }
  }

  /// Forgets everything after the first `length` tokens, so that a conversation can go on from there.
  ///
  /// - Returns: How many tokens are left: `length`, or 0 on a device whose cache can only be emptied.
  public func truncate(to length: Int) throws(SupervisorError) -> Int {
    guard length < count else { return count }
    guard length > 0, options.canTruncate else {
      try reset()
      return 0
    }
    do throws(OpenVINOError) {
      for state in try request.states() {
        try Self.truncate(state, to: length, runtime: model.compiled.runtime)
      }
    } catch {
      // Some states may be shortened already; none of them can be trusted.
      try reset()
      return 0
    }
    count = length
    logits = nil
    return length
  }

  /// Keys and values are [batch, heads, tokens, head size].
  private static func truncate(
    _ state: VariableState, to length: Int, runtime: OpenVINORuntime
  ) throws(OpenVINOError) {
    let whole = try state.tensor()
    let layout = try whole.layout()
    guard layout.shape.count == 4, layout.shape[2] >= length else {
      throw OpenVINOError(.unsupported, "state \(state.name) is \(whole), not [batch, heads, tokens, size]")
    }
    var end = layout.shape
    end[2] = length
    let part = try whole.part(from: [0, 0, 0, 0], to: end)
    let copy = try Tensor(layout.elementType, shape: end, runtime: runtime)
    try part.copy(to: copy)
    try state.set(copy)
  }

  /// Runs a prompt and a step once and forgets them: plugins repack weights and allocate in their first runs.
  public func warmUp(tokens: Int = 16) throws(SupervisorError) {
    let prompt = [Int](repeating: 1, count: max(2, min(tokens, options.contextLength - 1)))
    try append(prompt)
    try append([1])
    try reset()
  }

  static func failed(_ error: OpenVINOError) -> SupervisorError {
    if error.code == .cancelled { return SupervisorError(.cancelled, "stopped") }
    return SupervisorError(.inferenceFailed, "the device stopped: \(error.message)")
  }
}
