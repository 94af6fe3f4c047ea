import Generation
import OpenVINO

/// Runs one conversation at a time on a model with OpenVINO's paged attention: the key-value cache lies in blocks of
/// ours, each token at its place for good. To forget tokens is to count fewer of them.
///
/// Not `Sendable`: it belongs to the one thread or task that generates.
package final class PagedEngine: ModelEngine {
  /// The loaded model.
  package let model: LoadedModel
  /// How it runs.
  package let options: EngineOptions
  /// The tokens in the cache.
  package private(set) var tokens: [Int] = []
  /// Seconds spent inside the device since the engine was made.
  package private(set) var deviceSeconds = 0.0

  private let graphs: PagedGraphs
  private var interface: PagedInterface { graphs.interface }
  private let feed: PagedInputs
  private let cache: PageCache
  /// The numbers of all blocks: block i holds the conversation's i-th tokens.
  private let blocks: [Int]
  /// Nil for models without recurrent states.
  private var rows: StateRows?
  private var logits: Tensor?
  private let clock = ContinuousClock()

  /// Makes an engine of a model that was loaded with paged attention.
  ///
  /// - Throws: `.badModel` for another one; `.inferenceFailed` where the context's cache cannot be allocated.
  package init(_ model: LoadedModel, options: EngineOptions) throws(SupervisorError) {
    self.model = model
    self.options = options
    graphs = try PagedGraphs(model)
    let interface = graphs.interface
    do throws(OpenVINOError) {
      let runtime = model.compiled.runtime
      let blockCount = PagedInterface.blockCount(options.contextLength, of: interface.blockLength)
      blocks = Array(0..<blockCount)
      if !interface.states.isEmpty {
        let bytes = interface.states.reduce(0) { $0 + $1.blockShape.reduce(4, *) }
        rows = StateRows(interval: options.snapshotInterval, stateBytes: bytes)
      }
      feed = try PagedInputs(
        .init(
          tokens: min(options.longestRun, options.contextLength), sequences: 1, blocks: blockCount,
          blockLength: interface.blockLength),
        usedBlocks: blockCount, usedStates: rows?.count, runtime: runtime)
      for graph in graphs.all { try feed.connect(graph.request, graph.interface) }
      cache = try PageCache(graphs, blocks: feed.blockCount, runtime: runtime)
      if let rows = feed.stateRowCount { try PageCache.connectStates(graphs, rows: rows, runtime: runtime) }
    } catch {
      throw StatefulEngine.failed(error)
    }
  }

  package var folder: ModelFolder { model.folder }
  package var report: LoadReport { model.report }
  package var entryFolders: [String] { model.entryFolder.map { [$0] } ?? [] }
  package var longestPrompt: Int { contextLength }
  package var promptPieceLength: Int { options.longestRun }
  package var deviceName: String { model.report.device.name }
  package var contextLength: Int { options.contextLength }

  /// Appends tokens to the cache and computes the logits that follow the last one.
  ///
  /// - Parameters:
  ///   - new: At least one.
  ///   - shouldContinue: Asked between the pieces of a long prompt and within them; when it says no, `.cancelled` is
  ///     thrown and the cache holds the pieces so far.
  package func append(
    _ new: ArraySlice<Int>, shouldContinue: () -> Bool = { true }
  ) throws(SupervisorError) {
    guard count + new.count <= options.contextLength else {
      throw SupervisorError(
        .contextFull, "\(count + new.count) tokens do not fit into a context of \(options.contextLength)",
        mend: "Shorten the prompt, or begin a new conversation.")
    }
    var rest = new
    while !rest.isEmpty {
      guard shouldContinue() else { throw SupervisorError(.cancelled, "stopped within the prompt") }
      let piece = rest.prefix(options.longestRun)
      rest = rest.dropFirst(piece.count)
      try run(piece, endsPrompt: rest.isEmpty && new.count > 1, shouldContinue)
    }
  }

  private func run(
    _ piece: ArraySlice<Int>, endsPrompt: Bool, _ shouldContinue: () -> Bool
  ) throws(SupervisorError) {
    logits = nil
    let step = rows?.next()
    do throws(OpenVINOError) {
      let used = PagedInterface.blockCount(count + piece.count, of: interface.blockLength)
      _ = try feed.fill([
        .init(tokens: piece, position: count, blocks: blocks[..<used], logits: 1, states: step)
      ])
      let start = clock.now
      let graph = graphs.graph(for: piece.count)
      // Half a run of keys and values is written over; half a run of a recurrent state spoils it.
      let interval = rows == nil ? InferRequest.interval(ofRun: piece.count) : nil
      try graph.request.infer(askingEvery: interval) { !shouldContinue() }
      deviceSeconds += (clock.now - start) / .seconds(1)
      tokens += piece
      if let step { rows?.ran(step, length: count, endsPrompt: endsPrompt) }
      logits = try graph.logits()
    } catch {
      if error.code == .cancelled { throw SupervisorError(.cancelled, "stopped within the prompt") }
      throw StatefulEngine.failed(error)
    }
  }

  /// Lends the logits of the last token that was appended: as many as the vocabulary has tokens.
  package func withLogits<Result>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws -> Result
  ) throws -> Result {
    guard let logits else { throw SupervisorError(.inferenceFailed, "nothing was computed yet") }
    let size = try logits.layout().shape.last ?? 0
    return try logits.withElements(of: Float.self) { all in
      guard size > 0, all.count >= size else {
        throw SupervisorError(.inferenceFailed, "the device returned no logits")
      }
      return try body(UnsafeMutableBufferPointer(rebasing: all[(all.count - size)...]))
    }
  }

  /// Forgets everything after the first `length` tokens, or more where recurrent states were kept only earlier.
  package func truncate(to length: Int) -> Int {
    guard length < count else { return count }
    let kept = rows?.rewind(to: max(0, length)) ?? max(0, length)
    tokens.removeSubrange(kept...)
    logits = nil
    return count
  }

  package func reset() { _ = truncate(to: 0) }

  package func warmUp() throws(SupervisorError) {
    let length = max(1, min(16, options.longestRun, options.contextLength - 1))
    reset()
    try append([Int](repeating: 1, count: length)[...])
    if options.contextLength > length { try append([1]) }
    reset()
  }
}
