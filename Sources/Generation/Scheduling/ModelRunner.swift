import Errors

/// What a runner can do at most.
package struct RunnerLimits: Sendable, Equatable, Codable {
  /// The tokens of one sequence.
  package var contextLength: Int
  /// The tokens of a prompt.
  package var longestPrompt: Int
  /// The tokens of a block of the cache.
  package var blockLength: Int
  /// The blocks of the cache.
  package var blockCount: Int
  /// The sequences of one step.
  package var sequences: Int
  /// The tokens of one step while answers are being generated: so long they wait for other prompts.
  package var stepTokens: Int
  /// The tokens of one step that has only prompts.
  package var promptStepTokens: Int
  /// Whether a block's keys depend on nothing but the tokens up to its end, so that prompts can share it.
  package var sharesBlocks: Bool
  /// Whether several tokens after a text can be tried and forgotten.
  package var takesDrafts: Bool
  /// Where blocks are kept beyond this process; nil where they are not.
  package var prefixFolder: String?

  /// Limits; steps of prompts are as long as others unless it is said otherwise.
  package init(
    contextLength: Int, blockLength: Int, blockCount: Int, sequences: Int, stepTokens: Int,
    promptStepTokens: Int? = nil, sharesBlocks: Bool = true, takesDrafts: Bool = false
  ) {
    self.contextLength = contextLength
    longestPrompt = contextLength
    self.blockLength = max(1, blockLength)
    self.blockCount = max(1, blockCount)
    self.sequences = max(1, sequences)
    self.stepTokens = max(1, stepTokens)
    self.promptStepTokens = max(promptStepTokens ?? stepTokens, stepTokens)
    self.sharesBlocks = sharesBlocks
    self.takesDrafts = takesDrafts
  }

  /// The limits of an engine that holds one sequence, whole.
  ///
  /// - Parameter stepTokens: The tokens of a prompt after which it is told how far it is; all of them if nil.
  package static func single(contextLength: Int, stepTokens: Int? = nil) -> RunnerLimits {
    RunnerLimits(
      contextLength: contextLength, blockLength: contextLength, blockCount: 1, sequences: 1,
      stepTokens: min(stepTokens ?? contextLength, contextLength), sharesBlocks: false)
  }

  /// The tokens for which there is room in one sequence: what the model takes, or the whole cache.
  package var longestSequence: Int {
    let (places, overflow) = blockLength.multipliedReportingOverflow(by: blockCount)
    return overflow ? contextLength : min(contextLength, places)
  }

  /// The blocks that so many tokens need.
  package func blocks(for tokens: Int) -> Int { (tokens + blockLength - 1) / blockLength }
}

/// Turns steps into chosen tokens: a model on a device, or a process that has one. It belongs to one thread.
package protocol ModelRunner: AnyObject {
  /// What it can do at most.
  var limits: RunnerLimits { get }
  /// The name of the device that computes, as its plugin gives it.
  var deviceName: String { get }
  /// What keeps the sequences: "paged", "stateful", "static".
  var engineName: String { get }
  /// Seconds spent inside the device since the runner was made.
  var deviceSeconds: Double { get }
  /// The most memory that it took so far, in bytes, where that is not this process's.
  var peakMemory: Int { get }

  /// How the context could be made longer, as half a sentence for errors; empty where the model itself ends there.
  var contextAdvice: Wording { get }

  /// Carries a step out.
  ///
  /// - Parameter isCancelled: Asked while it runs, where the device can stop: the step's results are not needed.
  /// - Returns: One for each row that samples or is deferred; others may have one.
  /// - Throws: `CancellationError` where `isCancelled` said so: what the step said of sequences that begin and end, and
  ///   of blocks to be copied, was done nevertheless. Anything else means that the cache's content and the sequences are
  ///   lost.
  func run(_ step: Step, isCancelled: @Sendable () -> Bool) throws -> [Sampled]

  /// Begins with what will probably be asked next, once what a step gave was passed on. It may do nothing.
  ///
  /// - Parameters:
  ///   - sampled: What the step gave.
  ///   - next: The step that was asked for meanwhile, if there is one already: what it does not need is not finished.
  func runAhead(of step: Step, _ sampled: [Sampled], next: @Sendable () -> Step?)

  /// Makes the runner able to run again after `run` has thrown, with an empty cache and without sequences.
  ///
  /// - Throws: Where nothing can run any more.
  func recover() throws

  /// Computes a few tokens and forgets them: plugins repack weights and allocate in their first runs.
  func warmUp() throws

  /// What is to be done before its process ends, from whatever thread: blocks that are being written are finished.
  var atEnd: @Sendable () -> Void { get }
}

extension ModelRunner {
  package var deviceSeconds: Double { 0 }
  package var peakMemory: Int { 0 }
  package var contextAdvice: Wording { "" }
  package func recover() throws {}
  package func runAhead(of step: Step, _ sampled: [Sampled], next: @Sendable () -> Step?) {}
  package var atEnd: @Sendable () -> Void { {} }

  package func warmUp() throws {
    let id = SequenceID(request: -1)
    let count = max(1, min(16, limits.longestPrompt, limits.longestSequence - 1))
    let prompt = [Int](repeating: 1, count: count)
    var first = Step(number: -1)
    first.begun = [
      SequenceSetup(id: id, tokens: prompt, promptCount: count, config: try GenerationConfig(), seed: 0)
    ]
    first.rows = [row(id, prompt, at: 0)]
    _ = try run(first, isCancelled: { false })
    var second = Step(number: -1)
    if limits.longestSequence > count { second.rows = [row(id, [1], at: count)] }
    _ = try run(second, isCancelled: { false })
    var last = Step(number: -1)
    last.ended = [id]
    _ = try run(last, isCancelled: { false })
  }

  private func row(_ id: SequenceID, _ tokens: [Int], at position: Int) -> Step.Row {
    Step.Row(
      id: id, tokens: tokens, position: position,
      blocks: Array(0..<limits.blocks(for: position + tokens.count)), samples: true)
  }
}
