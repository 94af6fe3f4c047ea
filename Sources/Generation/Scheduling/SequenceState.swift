/// One answer while it comes: its tokens, what of them is in the cache and where, how to choose, when to end, and its text
/// so far. Belongs to a `Scheduler`.
final class SequenceState {
  let id: SequenceID
  let config: GenerationConfig
  let priority: Int
  let promptCount: Int
  /// The tokens of prompt and answer at most.
  private let longest: Int
  private let setup: SequenceSetup
  private let ends: Set<Int>
  private var assembler: IncrementalDetokenizer

  /// Prompt and answer so far.
  private(set) var tokens: [Int]
  /// How many of them are in the cache.
  var computed = 0
  /// The blocks that it holds, in the order of its tokens.
  var blocks: [BlockID] = []
  /// How many of its blocks are in the index.
  var published = 0
  var chain: BlockChain
  /// Tokens of the prompt that were in the cache when it was first looked up.
  var cached = 0
  /// Whether a step computed for it before.
  var hasStarted = false
  /// Whether its prompt was computed before, so that its branches can go on from there.
  var hasPrompt = false
  /// Runners that died while they computed it, since it last got past the place where one did.
  var crashes = 0
  /// Where the last of them died: until so many tokens are computed, it runs alone.
  var suspectUntil = 0
  /// Requests that came later and were let in before it.
  var passedOver = 0
  /// Guesses what comes next.
  var lookup = PromptLookup()
  /// What the runner expects to come next.
  var expected: [Int] = []

  init(
    _ request: CompletionRequest, id: SequenceID, seed: UInt64, limits: RunnerLimits, salt: BlockDigest,
    stream: any TokenTextStream
  ) {
    self.id = id
    config = request.config
    priority = request.priority
    promptCount = request.prompt.count
    // The last token of all need not be in the cache.
    longest = min(limits.longestSequence + 1, promptCount.addingOrMost(config.maxNewTokens ?? .max))
    tokens = request.prompt
    ends = config.ignoresEOS ? [] : Set(config.eosTokenIDs)
    assembler = IncrementalDetokenizer(stream, stopStrings: config.stopStrings)
    chain = BlockChain(blockLength: limits.blockLength, salt: salt)
    setup = SequenceSetup(
      id: id, tokens: [], promptCount: promptCount, config: config, seed: seed,
      topLogProbabilities: request.topLogProbabilities, constraint: request.constraint)
  }

  /// The tokens that are not in the cache: one while it generates.
  var pending: Int { tokens.count - computed }

  var generatedCount: Int { tokens.count - promptCount }

  /// Whether a runner died over it, perhaps because of it.
  var isSuspect: Bool { crashes > 0 }

  /// How many tokens may still come.
  var room: Int { longest - tokens.count }

  /// Where it is in the order of service: the most important first, then the eldest.
  func precedes(_ other: SequenceState) -> Bool {
    if priority != other.priority { return priority > other.priority }
    return isElder(than: other)
  }

  func isElder(than other: SequenceState) -> Bool {
    (id.request, id.branch) < (other.id.request, other.id.branch)
  }

  /// What a runner must be told that does not know it.
  func currentSetup() -> SequenceSetup {
    var setup = setup
    setup.tokens = tokens
    return setup
  }

  /// What became of a chosen token.
  struct Outcome {
    var text: String
    var reason: FinishReason?
    var stopString: String?
  }

  /// Goes on by a token.
  func append(_ token: Int) -> Outcome {
    tokens.append(token)
    if ends.contains(token) { return Outcome(text: assembler.finish(), reason: .stop) }
    let piece = assembler.append(token)
    if let stop = piece.stop { return Outcome(text: piece.text, reason: .stopString, stopString: stop) }
    guard room > 0 else { return Outcome(text: piece.text + assembler.finish(), reason: .length) }
    return Outcome(text: piece.text)
  }

  /// The text that was held back, for an answer that ends without a token.
  func rest() -> String { assembler.finish() }
}

extension Int {
  /// The sum, or the largest number where that is too small for it.
  fileprivate func addingOrMost(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
