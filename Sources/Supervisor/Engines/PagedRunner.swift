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
  /// What was computed before it was asked for.
  private var ahead: (step: StepAhead, computed: Computed)?
  /// How many steps were computed before they were asked for, to be checked by tests.
  package private(set) var stepsAhead = 0
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
    // Whatever else a step does may change what was computed before it: then it is gone.
    let before = takeAhead(step)
    choosers.follow(step)
    step.ended.forEach { states?.forget($0) }
    try exchange(step)
    for copy in step.copies { cache.copy(copy.source, to: copy.target) }
    let (ready, deferred) = choosers.ready(step.rows)
    guard !ready.isEmpty else { return deferred }
    if let before { return try sample(ready, before) }
    let longest = ready.reduce(0) { max($0, $1.tokens.count) }
    let computed = try compute(ready, askingEvery: InferRequest.interval(ofRun: longest), isCancelled)
    return try sample(ready, computed) + deferred
  }

  /// The results of one run, until the next.
  private struct Computed {
    /// For each row, which of the run's tokens its first wanted logits follow, and which row of gathered logits they are.
    var places: [(token: Int, gathered: Int)]
    var logits: Tensor
  }

  private func compute(
    _ rows: [Step.Row], askingEvery interval: Int?, _ isCancelled: () -> Bool
  ) throws -> Computed {
    let inputs = rows.map { row in
      let end = row.position + row.tokens.count
      return PagedInputs.Row(
        tokens: row.tokens[...], position: row.position, blocks: row.blocks.prefix(limits.blocks(for: end)),
        logits: row.samples ? row.drafts + 1 : 0, states: states?.step(row.id, position: row.position))
    }
    do throws(OpenVINOError) {
      let places = try feed.fill(inputs)
      let start = ContinuousClock.now
      defer { deviceSeconds += start.duration(to: .now) / .seconds(1) }
      let graph = graphs.graph(for: rows.reduce(0) { $0 + $1.tokens.count })
      try graph.request.infer(askingEvery: interval, isCancelled)
      settle()
      return Computed(places: places, logits: try graph.logits())
    } catch {
      if error.code == .cancelled { throw CancellationError() }
      throw StatefulEngine.failed(error)
    }
  }

  /// Computes every sequence's next token, where what it writes can be forgotten. A failure is left to the step that asks
  /// for the same.
  package func runAhead(of step: Step, _ sampled: [Sampled], next: @Sendable () -> Step?) {
    guard limits.takesDrafts, next() == nil,
      let guess = StepAhead(
        after: step, sampled, blockLength: limits.blockLength, hasEnded: { choosers.hasEnded($0) })
    else { return }
    let computed = try? compute(guess.rows, askingEvery: Self.aheadInterval) {
      next().map { guess.places(of: $0) == nil } ?? false
    }
    if let computed { ahead = (guess, computed) }
  }

  /// Often enough that a prompt does not wait for what it does not need, in milliseconds.
  private static let aheadInterval = 2

  /// What a step asks for, where it is there.
  private func takeAhead(_ step: Step) -> Computed? {
    guard let (guess, computed) = ahead else { return nil }
    ahead = nil
    guard let places = guess.places(of: step) else { return nil }
    stepsAhead += 1
    return Computed(places: places.map { computed.places[$0] }, logits: computed.logits)
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
    ahead = nil
  }

  private func sample(_ rows: [Step.Row], _ computed: Computed) throws -> [Sampled] {
    let size = try computed.logits.layout().shape.last ?? 0
    return try computed.logits.withElements(of: Float.self) { all in
      let asked = zip(rows, computed.places).filter(\.0.samples)
      let lent = try asked.map { row, place in
        let start = (interface.gathersRows ? place.gathered : place.token) * size
        let end = start + (row.drafts + 1) * size
        guard size > 0, end <= all.count else {
          throw SupervisorError(.inferenceFailed, "the device returned \(all.count) logits")
        }
        return UnsafeMutableBufferPointer(rebasing: all[start..<end])
      }
      return try choosers.choose(for: asked.map(\.0), .init(lent))
    }
  }
}
