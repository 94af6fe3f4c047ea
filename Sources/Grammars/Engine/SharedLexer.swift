import Synchronization

/// A lexer and the lock that guards it and the parsers above it.
///
/// `@unchecked Sendable`: `lexer` is used only inside `lock`.
final class SharedLexer: @unchecked Sendable {
  let lock = Mutex(())
  let lexer: Lexer
  var vocabulary: GrammarVocabulary { lexer.vocabulary }

  init(_ vocabulary: GrammarVocabulary) { lexer = Lexer(vocabulary: vocabulary) }
}

extension GrammarVocabulary {
  subscript(token: Int) -> Token { tokens.indices.contains(token) ? tokens[token] : .unused }
}
