import Dispatch

/// The choosers of all sequences that a runner knows.
package struct SequenceChoosers {
  private let makeMatcher: TokenMatcherFactory?
  private var choosers: [SequenceID: TokenChooser] = [:]
  private var failures: [SequenceID: CompletionFailure] = [:]
  /// Those whose constraints are being compiled.
  private var pending: [SequenceID: ChooserInTheMaking] = [:]

  /// As long as nearly all constraints take; those that take longer keep no other sequence from its next token.
  private static let patience = DispatchTimeInterval.milliseconds(10)

  /// No sequences yet.
  package init(makeMatcher: TokenMatcherFactory?) { self.makeMatcher = makeMatcher }

  /// Learns what a step says of sequences that begin, and forgets those that have ended. To be done before anything of a
  /// step can fail.
  package mutating func follow(_ step: Step) {
    for id in step.ended {
      choosers[id] = nil
      failures[id] = nil
      pending[id] = nil
    }
    for setup in step.begun {
      if setup.constraint != nil {
        pending[setup.id] = ChooserInTheMaking(setup, makeMatcher)
      } else {
        settle(setup.id, Result { () throws(CompletionFailure) in try TokenChooser(setup, makeMatcher: nil) })
      }
    }
  }

  /// Divides the rows of a step into those that can be computed and the results of those that cannot yet. Where none can,
  /// it waits a moment.
  package mutating func ready(_ rows: [Step.Row]) -> (rows: [Step.Row], deferred: [Sampled]) {
    guard !pending.isEmpty else { return (rows, []) }
    let end = DispatchTime.now() + Self.patience
    for row in rows {
      if let result = pending[row.id]?.wait(until: end) {
        pending[row.id] = nil
        settle(row.id, result)
      }
    }
    let deferred = rows.filter { pending[$0.id] != nil }.map { row in
      var sampled = Sampled(id: row.id)
      sampled.isDeferred = true
      return sampled
    }
    return (rows.filter { pending[$0.id] == nil }, deferred)
  }

  private mutating func settle(_ id: SequenceID, _ result: Result<TokenChooser, CompletionFailure>) {
    switch result {
    case .success(let chooser): choosers[id] = chooser
    case .failure(let failure): failures[id] = failure
    }
  }

  /// Forgets all sequences.
  package mutating func removeAll() {
    choosers = [:]
    failures = [:]
    pending = [:]
  }

  /// Why a sequence cannot be computed at all.
  package func failure(of id: SequenceID) -> CompletionFailure? { failures[id] }

  /// Chooses what follows a row's last token, and each of its guesses as long as they come true.
  ///
  /// - Parameter logits: Lends the logits after the row's last token that is no guess, 0, or after a guess, 1 and so on.
  package mutating func choose(
    for row: Step.Row, logits: (Int, (UnsafeMutableBufferPointer<Float>) throws -> Void) throws -> Void
  ) throws -> Sampled {
    var sampled = Sampled(id: row.id)
    if let failure = failures[row.id] {
      sampled.failure = failure
      return sampled
    }
    let guesses = row.tokens.suffix(row.drafts)
    do {
      for place in 0...row.drafts {
        guard choosers[row.id] != nil else {
          throw GenerationError(.badPrompt, "the runner was asked for a sequence that it does not know")
        }
        try logits(place) { logits in
          if let chosen = try choosers[row.id]?.choose(logits) {
            sampled.tokens.append(chosen.token)
            if let probability = chosen.probability { sampled.logProbabilities.append(probability) }
          }
        }
        guard place < row.drafts, sampled.tokens.last == guesses[guesses.startIndex + place] else { break }
      }
    } catch let error as GenerationError {
      sampled.failure = CompletionFailure(.runnerLost, error.description)
    }
    return sampled
  }
}
