import OpenVINO

/// The rows of the tables in which a paged model keeps recurrent states: a run reads one row and writes another, or the
/// same. Row 0 is never written: it is the state before the first token. A row that is not written over is a snapshot.
package struct StateRows {
  /// The row that a run reads and the one that it writes.
  package struct Step: Equatable {
    package var read: Int
    package var write: Int
  }

  private var snapshots: StateSnapshots<Int>
  /// The row with the state of all tokens so far.
  private var current = 0
  /// How many rows there are.
  package let count: Int

  package init(interval: Int, stateBytes: Int) {
    let limit = StateSnapshots<Int>.limit(stateBytes: stateBytes)
    snapshots = StateSnapshots(interval: interval, limit: limit)
    // Snapshots, the empty row, and one to write that is none of them.
    count = limit + 3
  }

  /// The rows of the next run.
  package func next() -> Step {
    let taken = Set(snapshots.kept.map(\.state))
    guard current == 0 || taken.contains(current) else { return Step(read: current, write: current) }
    let free = (1..<count).first { !taken.contains($0) && $0 != current } ?? count - 1
    return Step(read: current, write: free)
  }

  /// Takes note of a run after which there are `length` tokens.
  package mutating func ran(_ step: Step, length: Int, endsPrompt: Bool) {
    current = step.write
    if snapshots.isDue(at: length, endsPrompt: endsPrompt) { snapshots.keep(current, at: length) }
  }

  /// Goes back to the last snapshot of at most `length` tokens, or to the empty row.
  /// - Returns: How many tokens it has seen.
  package mutating func rewind(to length: Int) -> Int {
    let snapshot = snapshots.rewind(to: length)
    current = snapshot?.state ?? 0
    return snapshot?.length ?? 0
  }
}
