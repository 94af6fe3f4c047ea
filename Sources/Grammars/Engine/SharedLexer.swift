import Synchronization

/// A lexer and the lock that guards it and the parsers above it.
///
/// `@unchecked Sendable`: `lexer` is used only inside `lock`.
final class SharedLexer: @unchecked Sendable {
  let lock = Mutex(())
  let lexer: Lexer
  var vocabulary: GrammarVocabulary { lexer.vocabulary }

  /// States after which grammars begin with fresh automata, so that memory stays bounded.
  private static let mostStates = 50_000

  /// Whether no more grammars should be compiled into it.
  var isFull: Bool {
    lock.withLock { _ in lexer.stateCount > Self.mostStates || lexer.languages.budget.isTableFull }
  }

  init(_ vocabulary: GrammarVocabulary) { lexer = Lexer(vocabulary: vocabulary) }
}

extension GrammarVocabulary {
  subscript(token: Int) -> Token { tokens.indices.contains(token) ? tokens[token] : .unused }
}
