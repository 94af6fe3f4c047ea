/// The languages of regular expressions.
struct ExpressionLanguage {
  private let table: LanguageTable
  private let encoding: CharacterEncoding

  init(_ table: LanguageTable, _ encoding: CharacterEncoding = .utf8) {
    self.table = table
    self.encoding = encoding
  }

  /// The texts that an expression matches from their beginning to their end.
  func whole(_ source: String) throws(GrammarError) -> LanguageTable.ID {
    try build([try ExpressionParser.parse(source)], isAtStart: true, tail: LanguageTable.empty)
  }

  /// The texts in which an expression matches somewhere, as JSON schemas mean it.
  func search(_ source: String) throws(GrammarError) -> LanguageTable.ID {
    let expression = try ExpressionParser.parse(source)
    let any = table.anyText(encoding)
    let atStart = try build([expression], isAtStart: true, tail: any)
    let later = try build([expression], isAtStart: false, tail: any)
    let some = table.repetition(table.character(.all, encoding), 1, nil)
    return table.union(atStart, table.sequence(some, later))
  }

  /// What may follow from a place: the parts, one after another, and then the tail.
  private func build(
    _ parts: [Expression], isAtStart: Bool, tail: LanguageTable.ID
  ) throws(GrammarError) -> LanguageTable.ID {
    guard let first = parts.first else { return tail }
    table.budget.charge(parts.count)
    // What follows a choice with an anchor in it is built for each of its branches.
    guard !table.budget.isSpent else {
      throw GrammarError("", at: "", WorkBudget.refusal("the expression"))
    }
    let rest = Array(parts.dropFirst())
    guard first.hasContext else {
      if isAtStart, first.mayBeEmpty, rest.contains(where: \.beginsWithStart) {
        throw refusal("^", "`^` stands after something that may be empty")
      }
      let after = try build(rest, isAtStart: false, tail: tail)
      return table.sequence(plain(first), after)
    }
    switch first {
    case .set: return LanguageTable.never
    case .sequence(let inner): return try build(inner + rest, isAtStart: isAtStart, tail: tail)
    case .choice(let branches):
      var languages: [LanguageTable.ID] = []
      for branch in branches {
        languages.append(try build([branch] + rest, isAtStart: isAtStart, tail: tail))
      }
      return table.union(languages)
    case .start:
      return isAtStart ? try build(rest, isAtStart: true, tail: tail) : LanguageTable.never
    case .end:
      let after = try build(rest, isAtStart: isAtStart, tail: tail)
      return table.acceptsEmpty(after) ? LanguageTable.empty : LanguageTable.never
    case .look(let inner, let isNegated):
      let after = try build(rest, isAtStart: isAtStart, tail: tail)
      let ahead = try build([inner], isAtStart: isAtStart, tail: table.anyText(encoding))
      return isNegated ? table.difference(after, ahead) : table.intersection([after, ahead])
    case .repetition(let inner, let least, let most):
      guard let most, most <= 1 else {
        throw refusal("(?", "an anchor or a look ahead stands inside a repetition")
      }
      let once = most == 0 ? rest : [inner] + rest
      let with = try build(once, isAtStart: isAtStart, tail: tail)
      return least > 0 ? with : table.union(with, try build(rest, isAtStart: isAtStart, tail: tail))
    }
  }

  private func plain(_ expression: Expression) -> LanguageTable.ID {
    switch expression {
    case .set(let set): table.character(set, encoding)
    case .sequence(let parts): table.sequence(parts.map(plain))
    case .choice(let parts): table.union(parts.map(plain))
    case .repetition(let inner, let least, let most): table.repetition(plain(inner), least, most)
    case .start, .end, .look: LanguageTable.never
    }
  }

  private func refusal(_ construct: String, _ message: String) -> GrammarError {
    GrammarError(construct, at: "", "the expression cannot be enforced: \(message)")
  }
}

extension Expression {
  /// Whether `^` may stand where it begins.
  fileprivate var beginsWithStart: Bool {
    switch self {
    case .start: true
    case .set, .end: false
    case .look(let inner, _), .repetition(let inner, _, _): inner.beginsWithStart
    case .choice(let parts): parts.contains(where: \.beginsWithStart)
    case .sequence(let parts):
      parts.contains(where: \.beginsWithStart)
    }
  }
}
