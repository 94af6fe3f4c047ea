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
  package static func single(contextLength: Int) -> RunnerLimits {
    RunnerLimits(
      contextLength: contextLength, blockLength: contextLength, blockCount: 1, sequences: 1,
      stepTokens: contextLength, sharesBlocks: false)
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

  /// Carries a step out.
  ///
  /// - Parameter isCancelled: Asked while it runs, where the device can stop: the step's results are not needed.
  /// - Returns: One for each row that samples or is deferred; others may have one.
  /// - Throws: `CancellationError` where `isCancelled` said so: what the step said of sequences that begin and end, and
  ///   of blocks to be copied, was done nevertheless. Anything else means that the cache's content and the sequences are
  ///   lost.
  func run(_ step: Step, isCancelled: @Sendable () -> Bool) throws -> [Sampled]

  /// Makes the runner able to run again after `run` has thrown, with an empty cache and without sequences.
  ///
  /// - Throws: Where nothing can run any more.
  func recover() throws

  /// What is to be done before its process ends, from whatever thread: blocks that are being written are finished.
  var atEnd: @Sendable () -> Void { get }
}

extension ModelRunner {
  package var deviceSeconds: Double { 0 }
  package func recover() throws {}
  package var atEnd: @Sendable () -> Void { {} }
}
