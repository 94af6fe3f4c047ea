/// What a runner computes before it is told to: the next token of every sequence that goes on.
///
/// A device would stand idle while a step's tokens travel to whoever schedules, are turned into text, and come back as
/// the next step. Since most steps are followed by one that asks for the next token of each of their sequences, a runner
/// can begin with that. Where it was wrong, it has written behind the end of texts that nobody reads there, and computes
/// what it is told.
package struct StepAhead: Sendable, Equatable {
  /// One token of every sequence.
  package let rows: [Step.Row]

  /// What is to be expected after a step; nil where that cannot be known, or has no room.
  ///
  /// - Parameters:
  ///   - sampled: What was chosen in it.
  ///   - hasEnded: Whether a sequence needs no more tokens, as far as the runner can tell.
  package init?(
    after step: Step, _ sampled: [Sampled], blockLength: Int, hasEnded: (SequenceID) -> Bool
  ) {
    // A prompt that goes on comes with pieces that are not known here; whoever guesses once may guess again.
    guard step.rows.allSatisfy({ $0.samples && $0.drafts == 0 }) else { return nil }
    let results = Dictionary(sampled.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var rows: [Step.Row] = []
    for row in step.rows where !hasEnded(row.id) {
      guard let result = results[row.id], result.tokens.count == 1, result.guesses.isEmpty else { return nil }
      let position = row.position + row.tokens.count
      guard position < row.blocks.count * blockLength else { return nil }
      rows.append(
        Step.Row(id: row.id, tokens: result.tokens, position: position, blocks: row.blocks, samples: true))
    }
    guard !rows.isEmpty else { return nil }
    self.rows = rows
  }

  /// Where the rows of a step stand in what was computed; nil where the step asks for anything else.
  package func places(of step: Step) -> [Int]? {
    guard step.copies.isEmpty, step.loads.isEmpty, !step.rows.isEmpty else { return nil }
    var places: [Int] = []
    for row in step.rows {
      let start = places.last.map { $0 + 1 } ?? 0
      // Sequences keep their order; some may have ended.
      guard let place = rows[start...].firstIndex(where: { $0.id == row.id }), isSame(rows[place], row) else {
        return nil
      }
      places.append(place)
    }
    return places
  }

  private func isSame(_ expected: Step.Row, _ row: Step.Row) -> Bool {
    row.samples && row.drafts == 0 && row.tokens == expected.tokens && row.position == expected.position
      // One of them may have a block more for what comes later.
      && zip(row.blocks, expected.blocks).allSatisfy { $0 == $1 }
  }
}
