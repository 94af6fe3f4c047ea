import Generation

/// A runner without a device: it keeps tokens in blocks as a real one keeps keys, reads every text from there, and asks a
/// scripted model what follows. It refuses steps that no real runner could carry out.
package final class ScriptedRunner: ModelRunner {
  /// A step that cannot be.
  package struct BadStep: Error, CustomStringConvertible {
    /// What is wrong with it.
    package var description: String
  }

  package let limits: RunnerLimits
  package let deviceName = "scripted"
  package let engineName = "scripted"
  /// What each step is said to take.
  package var secondsPerStep = 0.0
  package private(set) var deviceSeconds = 0.0
  /// Called before a step is computed: throws to let the runner die.
  package var beforeStep: (Step) throws -> Void = { _ in }
  /// Says of a row that what it needs is not there yet.
  package var defers: (Step.Row) -> Bool = { _ in false }
  /// What is kept of blocks, beyond this runner's life if somebody passes it on.
  package var kept: [BlockDigest: [Int?]] = [:]
  private let model: ScriptedModel
  /// The token at each place of each block.
  private var cache: [[Int?]]
  private var choosers: SequenceChoosers
  private var promptCounts: [SequenceID: Int] = [:]
  private var ahead: StepAhead?
  /// How many steps had been computed when they were asked for.
  package private(set) var stepsAhead = 0

  /// A runner with an empty cache.
  package init(
    _ model: ScriptedModel, limits: RunnerLimits, makeMatcher: TokenMatcherFactory? = nil,
    beforeStep: @escaping (Step) throws -> Void = { _ in }
  ) {
    self.model = model
    self.limits = limits
    self.beforeStep = beforeStep
    choosers = SequenceChoosers(makeMatcher: makeMatcher)
    cache = Self.empty(limits)
  }

  private static func empty(_ limits: RunnerLimits) -> [[Int?]] {
    Array(repeating: Array(repeating: nil, count: limits.blockLength), count: limits.blockCount)
  }

  package func run(_ step: Step, isCancelled: @Sendable () -> Bool) throws -> [Sampled] {
    choosers.follow(step)
    for id in step.ended { promptCounts[id] = nil }
    for setup in step.begun { promptCounts[setup.id] = setup.promptCount }
    try beforeStep(step)
    deviceSeconds += secondsPerStep
    for save in step.saves { kept[save.digest] = cache[save.block] }
    for load in step.loads {
      guard let block = kept[load.digest] else { throw BadStep(description: "nothing kept for \(load)") }
      cache[load.block] = block
    }
    for copy in step.copies { cache[copy.target] = cache[copy.source] }
    if isCancelled() { throw CancellationError() }
    try check(step)
    var (rows, deferred) = choosers.ready(step.rows)
    deferred += rows.filter(defers).map { row in
      var sampled = Sampled(id: row.id)
      sampled.isDeferred = true
      return sampled
    }
    rows.removeAll { row in deferred.contains { $0.id == row.id } }
    if ahead?.places(of: step) != nil { stepsAhead += 1 } else { write(rows) }
    ahead = nil
    return try rows.compactMap { row in row.samples ? try sample(row) : nil } + deferred
  }

  /// Writes what it expects to be asked to write, where it then does not write it again.
  package func runAhead(of step: Step, _ sampled: [Sampled], next: @Sendable () -> Step?) {
    guard limits.takesDrafts else { return }
    ahead = StepAhead(
      after: step, sampled, blockLength: limits.blockLength, hasEnded: { choosers.hasEnded($0) })
    if let ahead { write(ahead.rows) }
  }

  private func write(_ rows: [Step.Row]) {
    for row in rows {
      for (offset, token) in row.tokens.enumerated() {
        let place = row.position + offset
        cache[row.blocks[place / limits.blockLength]][place % limits.blockLength] = token
      }
    }
  }

  package func recover() {
    ahead = nil
    cache = Self.empty(limits)
    choosers.removeAll()
    promptCounts = [:]
  }

  private func sample(_ row: Step.Row) throws -> Sampled {
    guard let promptCount = promptCounts[row.id] else { throw BadStep(description: "\(row.id) never began") }
    var text: [Int] = []
    for place in 0..<(row.position + row.tokens.count) {
      guard let token = cache[row.blocks[place / limits.blockLength]][place % limits.blockLength] else {
        throw BadStep(description: "\(row.id) reads place \(place), which was never written")
      }
      text.append(token)
    }
    return try choosers.choose(for: row) { guess, body in
      var logits = model.logits(Array(text.dropLast(row.drafts - guess)), promptCount)
      try logits.withUnsafeMutableBufferPointer { try body($0) }
    }
  }

  /// What is written must be read by nobody else.
  private func check(_ step: Step) throws {
    guard step.rows.count <= limits.sequences else {
      throw BadStep(description: "\(step.rows.count) sequences")
    }
    let count = step.rows.reduce(0) { $0 + $1.tokens.count }
    guard count <= max(limits.promptStepTokens, step.rows.count) + 1 else {
      throw BadStep(description: "\(count) tokens")
    }
    var readers: [BlockID: Set<SequenceID>] = [:]
    for row in step.rows {
      let needed = limits.blocks(for: row.position + row.tokens.count)
      guard row.blocks.count == needed || row.blocks.count == needed + 1, !row.tokens.isEmpty else {
        throw BadStep(
          description: "\(row.blocks.count) blocks for \(row.position) + \(row.tokens.count) tokens")
      }
      for block in row.blocks { readers[block, default: []].insert(row.id) }
    }
    for row in step.rows {
      for block in row.blocks[(row.position / limits.blockLength)...] where readers[block] != [row.id] {
        throw BadStep(description: "\(row.id) writes into block \(block), which others read")
      }
    }
  }
}
