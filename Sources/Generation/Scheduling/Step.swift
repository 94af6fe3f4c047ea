/// One answer of one request: requests with several branches have several sequences.
package struct SequenceID: Hashable, Sendable, Codable {
  /// The number of the request, in the order of arrival.
  package var request: Int
  /// Which of its answers.
  package var branch: Int

  /// The sequence of a request's branch.
  package init(request: Int, branch: Int = 0) {
    self.request = request
    self.branch = branch
  }
}

/// The number of a block of the key-value cache.
package typealias BlockID = Int

/// What a runner does at once: everything that it needs is in here, or was in the steps before.
package struct Step: Sendable, Equatable {
  /// Counted from the first one.
  package var number: Int
  /// Sequences that never come again.
  package var ended: [SequenceID] = []
  /// Sequences that this runner has not seen yet.
  package var begun: [SequenceSetup] = []
  /// Blocks to be kept beyond this process, before anything else is done.
  package var saves: [StoredBlock] = []
  /// Blocks to be filled with what was kept, before any are copied.
  package var loads: [StoredBlock] = []
  /// Blocks to be copied before anything is computed, in this order.
  package var copies: [BlockCopy] = []
  /// What to compute, all of it in one run.
  package var rows: [Row] = []

  /// Tokens of one sequence that are computed together.
  package struct Row: Sendable, Equatable {
    /// Whose tokens.
    package var id: SequenceID
    /// The tokens; at least one.
    package var tokens: [Int]
    /// How many of the sequence's tokens are in the cache already: the place of the first one.
    package var position: Int
    /// The blocks that hold the sequence, in the order of its tokens; perhaps one more, for the token after these.
    package var blocks: [BlockID]
    /// Whether the token that follows the last one is to be chosen.
    package var samples: Bool
    /// How many of the last tokens are only guesses: a token is chosen after each of them as long as they come true.
    package var drafts = 0

    /// A row.
    package init(id: SequenceID, tokens: [Int], position: Int, blocks: [BlockID], samples: Bool) {
      self.id = id
      self.tokens = tokens
      self.position = position
      self.blocks = blocks
      self.samples = samples
    }
  }

  /// A block, and the name of its content where blocks are kept.
  package struct StoredBlock: Sendable, Equatable {
    /// What it holds.
    package var digest: BlockDigest
    /// Which block.
    package var block: BlockID

    /// A block with its content's name.
    package init(digest: BlockDigest, block: BlockID) {
      self.digest = digest
      self.block = block
    }
  }

  /// A block whose content is needed a second time.
  package struct BlockCopy: Sendable, Equatable {
    /// Where it is.
    package var source: BlockID
    /// Where it goes.
    package var target: BlockID

    /// A copy.
    package init(source: BlockID, target: BlockID) {
      self.source = source
      self.target = target
    }
  }

  /// The tokens of all rows.
  package var tokenCount: Int { rows.reduce(0) { $0 + $1.tokens.count } }

  /// A step without anything to do.
  package init(number: Int) { self.number = number }
}

/// What a runner must know of a sequence to choose its tokens.
package struct SequenceSetup: Sendable, Equatable, Codable {
  /// Which sequence.
  package var id: SequenceID
  /// All of its tokens so far.
  package var tokens: [Int]
  /// How many of them are the prompt's.
  package var promptCount: Int
  /// How to choose, when to end.
  package var config: GenerationConfig
  /// What the random numbers follow from.
  package var seed: UInt64
  /// How many alternatives of each token to report; nil for no probabilities.
  package var topLogProbabilities: Int?
  /// What the text must be.
  package var constraint: OutputConstraint?

  /// A sequence that goes on after `tokens`.
  package init(
    id: SequenceID, tokens: [Int], promptCount: Int, config: GenerationConfig, seed: UInt64,
    topLogProbabilities: Int? = nil, constraint: OutputConstraint? = nil
  ) {
    self.id = id
    self.tokens = tokens
    self.promptCount = promptCount
    self.config = config
    self.seed = seed
    self.topLogProbabilities = topLogProbabilities
    self.constraint = constraint
  }
}

/// What a runner chose for one row.
package struct Sampled: Sendable, Equatable {
  /// For which sequence.
  package var id: SequenceID
  /// The tokens, in order: one, and one more for each guess that came true.
  package var tokens: [Int]
  /// The probabilities of these tokens, where they were asked for.
  package var logProbabilities: [TokenLogProbability] = []
  /// With a sequence's first row: how many of its tokens the runner had in its cache without being told so.
  package var reused = 0
  /// What the runner expects to follow, to be tried with the next step; it need not be.
  package var guesses: [Int] = []
  /// Why no token could be chosen; the sequence ends.
  package var failure: CompletionFailure?
  /// Whether nothing was done for the row, because what it needs is not there yet: it comes again with the next step.
  package var isDeferred = false

  /// Chosen tokens; none for a row that only computes.
  package init(id: SequenceID, tokens: [Int] = []) {
    self.id = id
    self.tokens = tokens
  }
}
