import Generation

/// The rows of the tables in which a paged model keeps the recurrent states of many sequences, one each. Row 0 is never
/// written: it is the state before the first token.
struct SequenceStates {
  private var rows: [SequenceID: Int] = [:]
  private var free: [Int]
  /// How many rows the tables have.
  let rowCount: Int

  init(sequences: Int) {
    rowCount = sequences + 1
    free = Array((1...max(1, sequences)).reversed())
  }

  /// The rows that a run reads and writes for a sequence of which `position` tokens are computed.
  mutating func step(_ id: SequenceID, position: Int) -> StateRows.Step? {
    if rows[id] == nil { rows[id] = free.popLast() }
    guard let row = rows[id] else { return nil }
    return StateRows.Step(read: position == 0 ? 0 : row, write: row)
  }

  mutating func forget(_ id: SequenceID) {
    if let row = rows.removeValue(forKey: id) { free.append(row) }
  }

  mutating func removeAll() { self = SequenceStates(sequences: rowCount - 1) }
}
