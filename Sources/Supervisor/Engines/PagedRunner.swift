import Dispatch
import Files
import Generation
import OpenVINO

/// Runs many sequences at once on a model with OpenVINO's paged attention: one run of the graph computes what a step asks
/// of all of them, and the product behind the logits is made for the rows that are sampled only.
package final class PagedRunner: ModelRunner {
  /// How much a runner takes.
  package struct Options: Sendable, Equatable {
    /// The tokens of one sequence at most; as many as the model has if nil.
    package var contextLength: Int?
    /// The bytes of keys and values at most; a share of the free memory if nil.
    package var cacheBytes: Int?
    /// The sequences of one step.
    package var sequences = 64
    /// The tokens of one step while answers are being generated.
    package var stepTokens = 256
    /// The tokens of one step of prompts alone.
    package var promptStepTokens = EngineOptions.usualPieceLength
    /// Whether memory is gathered in huge pages once the device has laid its weights out.
    package var usesHugePages = true
    /// Where blocks of prompts are kept beyond this process; nowhere if nil.
    package var prefixes: PrefixStore.Place?
    /// What an earlier runner had, which this one replaces; the rest then does not matter.
    package var limits: RunnerLimits?

    /// The defaults.
    package init() {}
  }

  package let limits: RunnerLimits
  package var deviceName: String { model.report.device.name }
  package let engineName = EngineKind.paged.rawValue
  package private(set) var deviceSeconds = 0.0
  private let model: LoadedModel
  private let graphs: PagedGraphs
  private var interface: PagedInterface { graphs.interface }
  private let feed: PagedInputs
  private let cache: PageCache
  private var states: SequenceStates?
  private let prefixes: PrefixStore?
  private var choosers: SequenceChoosers
  /// Runs after which no device lays out any more weights; then memory is gathered. Nil where that was done.
  private var runsToGo: Int?

  /// Makes a runner of a model that was loaded with paged attention.
  ///
  /// - Throws: `.badModel` for another one; `.inferenceFailed` where the cache cannot be allocated.
  package init(
    _ model: LoadedModel, options: Options = .init(), makeMatcher: TokenMatcherFactory? = nil
  ) throws(SupervisorError) {
    self.model = model
    graphs = try PagedGraphs(model)
    let interface = graphs.interface
    choosers = SequenceChoosers(makeMatcher: makeMatcher)
    runsToGo = options.usesHugePages ? Self.settlingRuns : nil
    // A recurrent state stands in no block, so that blocks alone do not bring a text back.
    if let place = options.prefixes, interface.states.isEmpty {
      prefixes = try PrefixStore(place, identity: Self.identity(model, interface))
    } else {
      prefixes = nil
    }
    do throws(OpenVINOError) {
      let runtime = model.compiled.runtime
      var limits = try Self.limits(model, interface, options)
      limits.prefixFolder = prefixes?.path
      self.limits = limits
      let longest = limits.blocks(for: limits.longestSequence)
      if !interface.states.isEmpty { states = SequenceStates(sequences: limits.sequences) }
      feed = try PagedInputs(
        .init(
          tokens: limits.promptStepTokens + limits.sequences, sequences: limits.sequences,
          blocks: limits.sequences * longest, blockLength: limits.blockLength),
        usedBlocks: limits.blockCount, usedStates: states?.rowCount, runtime: runtime)
      for graph in graphs.all { try feed.connect(graph.request, graph.interface) }
      cache = try PageCache(graphs, blocks: feed.blockCount, runtime: runtime)
      if let rows = feed.stateRowCount { try PageCache.connectStates(graphs, rows: rows, runtime: runtime) }
    } catch {
      throw StatefulEngine.failed(error)
    }
  }

  /// Whatever decides what a block holds for given tokens.
  private static func identity(
    _ model: LoadedModel, _ interface: PagedInterface
  ) throws(SupervisorError) -> String {
    let (device, caches) = (
      model.report.device, interface.caches.map { "\($0.elementType) \($0.blockShape)" }
    )
    return [
      try model.folder.identity().sum, device.device, device.name, device.driver,
      model.compiled.runtime.version,
      model.report.kernels.rawValue, model.properties.sorted.joined(separator: " "),
      model.report.tuned.joined(separator: " "), caches.joined(separator: " "),
    ].joined(separator: "\n")
  }

  private static func limits(
    _ model: LoadedModel, _ interface: PagedInterface, _ options: Options
  ) throws(OpenVINOError) -> RunnerLimits {
    if let limits = options.limits, limits.blockLength == interface.blockLength { return limits }
    let context = EngineOptions(for: model, contextLength: options.contextLength).contextLength
    // Half of what is free leaves room for what computing takes, and for others.
    let bytes = options.cacheBytes ?? (HostResources.availableMemory ?? 4 << 30) / 2
    let wanted = options.sequences * PagedInterface.blockCount(context, of: interface.blockLength)
    let affordable = BlockPool.count(bytes: bytes, blockBytes: try PageCache.blockBytes(interface))
    return RunnerLimits(
      contextLength: context, blockLength: interface.blockLength, blockCount: max(1, min(wanted, affordable)),
      sequences: options.sequences, stepTokens: options.stepTokens,
      promptStepTokens: options.promptStepTokens,
      // A recurrent state is of all tokens before it: no block holds it, and none of it can be taken back.
      sharesBlocks: interface.states.isEmpty, takesDrafts: interface.states.isEmpty && interface.gathersRows)
  }

  package func run(_ step: Step, isCancelled: @Sendable () -> Bool) throws -> [Sampled] {
    choosers.follow(step)
    step.ended.forEach { states?.forget($0) }
    try exchange(step)
    for copy in step.copies { cache.copy(copy.source, to: copy.target) }
    let (ready, deferred) = choosers.ready(step.rows)
    guard !ready.isEmpty else { return deferred }
    let rows = ready.map { row in
      PagedInputs.Row(
        tokens: row.tokens[...], position: row.position, blocks: row.blocks[...],
        logits: row.samples ? row.drafts + 1 : 0, states: states?.step(row.id, position: row.position))
    }
    let places: [(token: Int, gathered: Int)]
    let logits: Tensor
    do throws(OpenVINOError) {
      places = try feed.fill(rows)
      let start = ContinuousClock.now
      defer { deviceSeconds += start.duration(to: .now) / .seconds(1) }
      let graph = graphs.graph(for: rows.reduce(0) { $0 + $1.tokens.count })
      try graph.request.infer(isLong: rows.contains { $0.tokens.count > 16 }, isCancelled)
      logits = try graph.logits()
    } catch {
      if error.code == .cancelled { throw CancellationError() }
      throw StatefulEngine.failed(error)
    }
    settle()
    return try sample(ready, places, logits) + deferred
  }

  /// Keeps and fetches blocks.
  private func exchange(_ step: Step) throws {
    guard let prefixes else { return }
    if !step.saves.isEmpty { prefixes.keep(step.saves.map { ($0.digest, cache.bytes(of: $0.block)) }) }
    var isWhole = true
    for load in step.loads {
      if let bytes = prefixes.read(load.digest, count: cache.blockBytes) {
        cache.fill(load.block, with: bytes)
      } else {
        // The others are looked at all the same: none that is damaged is left for the next try.
        isWhole = false
      }
    }
    guard isWhole else {
      throw SupervisorError(
        .inferenceFailed, "a block of \(prefixes.path) is damaged, and will be computed again")
    }
  }

  private static let settlingRuns = 24

  /// Weights that lie in pages of 4 kB cost a look-up of addresses for every few rows. Copying them takes a moment, beside
  /// the runs that go on.
  private func settle() {
    guard let runs = runsToGo else { return }
    runsToGo = runs > 1 ? runs - 1 : nil
    if runs == 1 { DispatchQueue.global(qos: .utility).async { _ = HugePages.collapse() } }
  }

  /// Waits until the blocks that are to be kept are on the disk.
  package var atEnd: @Sendable () -> Void { { [prefixes] in prefixes?.finish() } }

  package func recover() {
    choosers.removeAll()
    states?.removeAll()
  }

  private func sample(
    _ rows: [Step.Row], _ places: [(token: Int, gathered: Int)], _ logits: Tensor
  ) throws -> [Sampled] {
    let size = try logits.layout().shape.last ?? 0
    return try logits.withElements(of: Float.self) { all in
      var results: [Sampled] = []
      for (row, place) in zip(rows, places) where row.samples {
        let first = interface.gathersRows ? place.gathered : place.token
        results.append(
          try choosers.choose(for: row) { guess, body in
            let start = (first + guess) * size
            guard size > 0, start + size <= all.count else {
              throw SupervisorError(.inferenceFailed, "the device returned \(all.count) logits")
            }
            try body(UnsafeMutableBufferPointer(rebasing: all[start..<(start + size)]))
          })
      }
      return results
    }
  }
}
