extension LanguageTable {
  /// Parts of a sequence, or of a choice, whose counters are looked at.
  private static let nearParts = 4

  /// A language that has the same beginnings as another one, and ends where that may, for all texts of at most `reach`
  /// bytes: a counter that is far from its limit is one without. So what a token does at the thousandth character of a
  /// string of at most five thousand is what it did at the first.
  ///
  /// Where intersections or complements stand in it, it is the language itself: whether anything can come of a text may
  /// follow from what is far away there.
  func near(_ id: ID, reach: Int) -> ID { isBoolean[Int(id)] ? id : near(id, reach, Self.nearParts) }

  private func near(_ id: ID, _ reach: Int, _ parts: Int) -> ID {
    guard parts > 0 else { return id }
    switch nodes[Int(id)] {
    case .never, .empty, .bytes, .multiple, .intersection, .complement: return id
    case .sequence(let first, let second):
      return sequence(near(first, reach, parts - 1), near(second, reach, parts - 1))
    case .union(let all):
      return all.count > Self.nearParts ? id : union(all.map { near($0, reach, parts - 1) })
    case .repetition(let inner, let least, let most):
      return repetition(inner, min(Int(least), reach + 1), Int(most) > reach ? nil : Int(most))
    }
  }
}
