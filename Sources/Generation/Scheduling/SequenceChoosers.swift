import Dispatch
import Synchronization

/// The choosers of all sequences that a runner knows.
package struct SequenceChoosers {
  private let makeMatcher: TokenMatcherFactory?
  private var choosers: [SequenceID: Slot] = [:]
  private var failures: [SequenceID: CompletionFailure] = [:]
  /// Those whose constraints are being compiled.
  private var pending: [SequenceID: ChooserInTheMaking] = [:]

  /// The chooser of one sequence, where it is changed by whoever has the sequence's row.
  private final class Slot: Sendable {
    let chooser: Mutex<TokenChooser>

    init(_ chooser: TokenChooser) { self.chooser = Mutex(chooser) }
  }

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
    case .success(let chooser): choosers[id] = Slot(chooser)
    case .failure(let failure): failures[id] = failure
    }
  }

  /// Forgets all sequences.
  package mutating func removeAll() {
    choosers = [:]
    failures = [:]
    pending = [:]
  }

  /// Whether a sequence needs no more tokens, as far as can be told here.
  package func hasEnded(_ id: SequenceID) -> Bool { choosers[id]?.chooser.withLock(\.hasEnded) ?? true }

  /// The logits of a step's rows in memory that nobody else uses meanwhile.
  ///
  /// `@unchecked Sendable`: rows do not overlap, and each is used by one thread.
  package struct LentLogits: @unchecked Sendable {
    private let rows: [UnsafeMutableBufferPointer<Float>]

    /// - Parameter rows: For each row the logits after its last token that is no guess, then those after its guesses.
    package init(_ rows: [UnsafeMutableBufferPointer<Float>]) { self.rows = rows }

    fileprivate func lend(_ row: Step.Row, _ index: Int) -> (Int) -> UnsafeMutableBufferPointer<Float> {
      let size = rows[index].count / (row.drafts + 1)
      return { UnsafeMutableBufferPointer(rebasing: rows[index][($0 * size)..<(($0 + 1) * size)]) }
    }
  }

  /// Chooses for all rows of a step, where there are many on all processors at once: a vocabulary's logits are a good
  /// part of a megabyte.
  package func choose(for rows: [Step.Row], _ logits: LentLogits) throws -> [Sampled] {
    guard rows.count >= Self.many else {
      return try rows.enumerated().map { index, row in
        let lent = logits.lend(row, index)
        return try choose(for: row) { try $1(lent($0)) }
      }
    }
    let results = Mutex([Result<Sampled, any Error>?](repeating: nil, count: rows.count))
    DispatchQueue.concurrentPerform(iterations: rows.count) { index in
      let lent = logits.lend(rows[index], index)
      let result = Result { try choose(for: rows[index]) { try $1(lent($0)) } }
      results.withLock { $0[index] = result }
    }
    return try results.withLock { try $0.compactMap { try $0?.get() } }
  }

  /// With fewer, to wake others takes as long as they save.
  private static let many = 4

  /// Chooses what follows a row's last token, and each of its guesses as long as they come true.
  ///
  /// - Parameter logits: Lends the logits after the row's last token that is no guess, 0, or after a guess, 1 and so on.
  package func choose(
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
        guard let slot = choosers[row.id] else {
          throw GenerationError(.badPrompt, "the runner was asked for a sequence that it does not know")
        }
        try logits(place) { logits in
          let chosen = try slot.chooser.withLock { try $0.choose(logits) }
          sampled.tokens.append(chosen.token)
          if let probability = chosen.probability { sampled.logProbabilities.append(probability) }
        }
        guard place < row.drafts, sampled.tokens.last == guesses[guesses.startIndex + place] else { break }
      }
    } catch let error as GenerationError {
      sampled.failure = CompletionFailure(.runnerLost, error.description)
    }
    return sampled
  }
}
