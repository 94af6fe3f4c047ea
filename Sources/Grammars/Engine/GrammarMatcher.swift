import Generation

/// Follows one sequence through a grammar.
package struct GrammarMatcher: TokenMatcher {
  /// A place where the text may be: a row of the parser and what is read of the lexemes that it offers.
  struct Place: Hashable {
    var row: ParserRows.Row
    var state: Lexer.State
  }

  /// How far the sequence is.
  private enum Progress {
    /// Before the text that begins the constraint: so many bytes of it have been read.
    case waiting(Int)
    case inside([Place])
  }

  private let grammar: CompiledGrammar
  private var progress: Progress
  private var history: [Progress] = []

  init(_ grammar: CompiledGrammar) {
    self.grammar = grammar
    progress = grammar.opening == nil ? .inside(grammar.start) : .waiting(0)
  }

  /// Clears the bit of every token that must not come next.
  package mutating func mask(_ words: inout [UInt64]) {
    let allowed =
      switch progress {
      case .waiting(let read): grammar.maskBeforeOpening(read)
      case .inside(let places): grammar.mask(places)
      }
    for index in words.indices { words[index] &= index < allowed.count ? allowed[index] : 0 }
  }

  /// Goes on by a token; false where it may not come.
  package mutating func accept(_ token: Int) -> Bool {
    let before = progress
    if grammar.endTokens.contains(token) {
      guard mayEnd else { return false }
    } else {
      switch progress {
      case .waiting(let read):
        switch grammar.advanceBeforeOpening(read, by: token) {
        case .waiting(let read): progress = .waiting(read)
        case .open(let places): progress = .inside(places)
        case nil: return false
        }
      case .inside(let places):
        let next = grammar.advance(places, by: token)
        if next.isEmpty { return false }
        progress = .inside(next)
      }
    }
    history.append(before)
    return true
  }

  /// Takes the last `count` tokens back.
  package mutating func rollback(_ count: Int) {
    for _ in 0..<count {
      guard let before = history.popLast() else { return }
      progress = before
    }
  }

  /// Whether the text may end here.
  package var mayEnd: Bool {
    switch progress {
    case .waiting: grammar.isOptional
    case .inside(let places): grammar.mayEnd(places)
    }
  }
}
