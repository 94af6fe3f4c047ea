/// Why an answer ended.
package enum FinishReason: String, Sendable {
  /// The model gave an end token.
  case stop
  /// `max_new_tokens` or the end of the context.
  case length
  /// A stop string came.
  case stopString = "stop_string"
  /// Someone stopped it.
  case cancelled
}

/// Decides what happens next while an answer is generated. It computes nothing: whoever drives it carries out the
/// actions and reports back.
package struct GenerationLoop: Sendable {
  /// What is to be done next.
  package enum Action: Sendable, Equatable {
    /// Let the cache keep so many tokens, then report with `kept`.
    case keep(Int)
    /// Compute these tokens, then report with `computed`.
    case compute(ArraySlice<Int>)
    /// Choose a token, which must be none of the forbidden ones, then report with `chosen`.
    case choose(forbidden: [Int])
    /// Nothing: the answer has ended.
    case finish(FinishReason)
  }

  /// The prompt's tokens.
  package let prompt: [Int]
  /// The tokens generated so far, an end token included.
  package private(set) var generated: [Int] = []
  /// The tokens of the prompt that did not have to be computed again.
  package private(set) var reused = 0
  private let contextLength: Int
  private let limit: Int
  private let minimum: Int
  private let ends: Set<Int>
  private let endList: [Int]

  /// A machine for one answer.
  ///
  /// - Parameter advice: How the context could be made longer, for the error.
  /// - Throws: `GenerationError` of code `.badPrompt` for a prompt that is empty or longer than the context.
  package init(
    prompt: [Int], contextLength: Int, config: GenerationConfig, advice: String = ""
  ) throws(GenerationError) {
    guard !prompt.isEmpty else {
      throw GenerationError(.badPrompt, "the prompt has no tokens", mend: "give some text")
    }
    guard prompt.count <= contextLength else {
      throw GenerationError(
        .badPrompt, "the prompt has \(prompt.count) tokens, the context holds \(contextLength)",
        mend: "shorten the prompt or begin a new conversation" + (advice.isEmpty ? "" : "; or \(advice)"))
    }
    self.prompt = prompt
    self.contextLength = contextLength
    limit = config.maxNewTokens ?? Int.max
    minimum = config.minNewTokens
    endList = config.eosTokenIDs
    ends = config.ignoresEOS ? [] : Set(config.eosTokenIDs)
  }

  /// The first action: what the cache has in common with the prompt stays there.
  package func begin(shared: Int) -> Action { .keep(shared) }

  /// The cache now holds the first `count` tokens of the prompt.
  package mutating func kept(_ count: Int) -> Action {
    reused = count
    return .compute(prompt[count...])
  }

  /// The tokens of the last `compute` are in the cache.
  package func computed() -> Action {
    .choose(forbidden: generated.count < minimum ? endList : [])
  }

  /// The sampler chose a token; `isStopped` says whether a stop string was completed by it.
  package mutating func chosen(_ id: Int, isStopped: Bool = false) -> Action {
    generated.append(id)
    if isStopped { return .finish(.stopString) }
    if ends.contains(id) { return .finish(.stop) }
    if generated.count >= limit || prompt.count + generated.count > contextLength { return .finish(.length) }
    return .compute([id][...])
  }

  /// Whether a token ends the answer and is no part of its text.
  package func isEnd(_ id: Int) -> Bool { ends.contains(id) }
}
