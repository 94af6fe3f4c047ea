/// Copies of recurrent states, which cannot be cut at any token as a cache can: a conversation goes on from the last copy
/// that was taken before the place to which it is wound back.
package struct StateSnapshots<State> {
  /// A copy, and the tokens that it has seen.
  package struct Snapshot {
    package var length: Int
    package var state: State
  }

  /// All copies, by length.
  package private(set) var kept: [Snapshot] = []
  /// After how many tokens at most another copy is taken.
  package let interval: Int
  /// The copies at most.
  package let limit: Int

  package init(interval: Int, limit: Int) {
    self.interval = max(1, interval)
    self.limit = max(1, limit)
  }

  /// Whether the state after `length` tokens should be kept: where a prompt ends, because the next one often begins with
  /// it, and every so many tokens.
  package func isDue(at length: Int, endsPrompt: Bool) -> Bool {
    let last = kept.last?.length ?? 0
    return length > last && (endsPrompt || length - last >= interval)
  }

  /// Keeps a state. Where there are too many, the one goes whose neighbours are nearest to each other.
  package mutating func keep(_ state: State, at length: Int) {
    kept.append(Snapshot(length: length, state: state))
    guard kept.count > limit else { return }
    let inner = kept.indices.dropLast()
    let least = inner.min { gap(around: $0) < gap(around: $1) }
    if let least { kept.remove(at: least) }
  }

  private func gap(around index: Int) -> Int {
    kept[index + 1].length - (index == 0 ? 0 : kept[index - 1].length)
  }

  /// The last state of at most `length` tokens; those after it are forgotten. Nil where there is none.
  package mutating func rewind(to length: Int) -> Snapshot? {
    kept.removeAll { $0.length > length }
    return kept.last
  }

  package mutating func removeAll() { kept = [] }

  /// How many copies fit into memory that is set apart for them.
  package static func limit(stateBytes: Int) -> Int { max(2, min(16, (256 << 20) / max(1, stateBytes))) }
}
