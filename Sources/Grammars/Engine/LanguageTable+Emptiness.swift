// Whether a language has a text at all: only where intersections and complements stand in it is that a question.

extension LanguageTable {
  /// Languages looked at before a search for a text gives up and takes it that there is one.
  private static let searchLimit = 1_000

  /// Whether some text belongs to a language. Where the search is too long the answer is yes.
  func hasText(_ id: ID) -> Bool {
    if id == Self.never { return false }
    if !isBoolean[Int(id)] || acceptsEmpty(id) { return true }
    if let known = productive[id] { return known }
    var parents: [ID: ID] = [id: -1]
    var queue = [id]
    var at = 0
    while at < queue.count, queue.count < Self.searchLimit, budget.searches > 0, !budget.isSpent {
      budget.searches -= 1
      let current = queue[at]
      at += 1
      for move in moves(current) where parents[move.next] == nil {
        parents[move.next] = current
        if acceptsEmpty(move.next) || !isBoolean[Int(move.next)] || productive[move.next] == true {
          var on = move.next
          while on >= 0 {
            productive[on] = true
            on = parents[on] ?? -1
          }
          return true
        }
        if productive[move.next] == nil { queue.append(move.next) }
      }
    }
    // What was cut short by others' work says nothing about this one.
    if budget.isSpent { return true }
    guard at == queue.count else {
      // Not asked again: what cannot be told once cannot be told for a price.
      productive[id] = true
      return true
    }
    for dead in queue { productive[dead] = false }
    return false
  }

  /// Whether no text belongs to both languages; false also where the search is too long.
  func areDisjoint(_ first: ID, _ second: ID) -> Bool {
    !hasText(intersection([first, second]))
  }

  /// Whether a text belongs to a language.
  func contains(_ id: ID, _ text: some Sequence<UInt8>) -> Bool {
    var current = id
    for byte in text {
      guard let move = moves(current).first(where: { $0.bytes.contains(byte) }) else { return false }
      current = move.next
    }
    return acceptsEmpty(current)
  }
}
