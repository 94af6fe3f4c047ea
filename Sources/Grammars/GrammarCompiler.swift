import Generation
import JSON
import Synchronization

/// Turns constraints into matchers for one vocabulary. Compiled grammars are kept, and all share the automata of what
/// they have in common; so one compiler serves all sequences of a model.
package final class GrammarCompiler: Sendable {
  private struct State {
    var shared: SharedLexer
    /// Compiled grammars, the last one used at the end.
    var grammars: [(constraint: OutputConstraint, grammar: CompiledGrammar)] = []
  }

  /// Grammars that are kept.
  private static let kept = 64
  /// The bytes of a constraint at most.
  private static let mostBytes = 1 << 20
  /// States of automata after which new grammars begin with fresh ones, so that memory stays bounded.
  private static let mostStates = 50_000

  private let vocabulary: GrammarVocabulary
  private let endTokens: Set<Int>
  private let state: Mutex<State>

  /// A compiler for a vocabulary. End tokens are allowed only where a text may end.
  package init(vocabulary: GrammarVocabulary, endTokens: Set<Int>) {
    var tokens = vocabulary.tokens
    var isChanged = false
    for token in endTokens where tokens.indices.contains(token) {
      guard case .bytes(let bytes) = tokens[token] else { continue }
      tokens[token] = .special(String(decoding: bytes, as: UTF8.self))
      isChanged = true
    }
    self.vocabulary = isChanged ? GrammarVocabulary(tokens) : vocabulary
    self.endTokens = endTokens
    state = Mutex(State(shared: SharedLexer(self.vocabulary)))
  }

  /// A matcher at the beginning of an answer.
  ///
  /// - Throws: `GrammarError` for what cannot be enforced.
  package func compile(_ constraint: OutputConstraint) throws(GrammarError) -> GrammarMatcher {
    let result: Result<GrammarMatcher, GrammarError> = state.withLock { state in
      let isFull = state.shared.lock.withLock { _ in
        state.shared.lexer.stateCount > Self.mostStates || state.shared.lexer.languages.budget.isTableFull
      }
      if isFull {
        state.shared = SharedLexer(vocabulary)
        state.grammars.removeAll()
      }
      if let at = state.grammars.firstIndex(where: { $0.constraint == constraint }) {
        let known = state.grammars.remove(at: at)
        state.grammars.append(known)
        return .success(GrammarMatcher(known.grammar))
      }
      let shared = state.shared
      do throws(GrammarError) {
        let grammar = try build(constraint, shared)
        state.grammars.append((constraint, grammar))
        if state.grammars.count > Self.kept { state.grammars.removeFirst() }
        return .success(GrammarMatcher(grammar))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// Checks that a constraint can be enforced.
  ///
  /// - Throws: `GrammarError` where it cannot.
  package static func check(_ constraint: OutputConstraint) throws(GrammarError) {
    _ = try tree(constraint, LanguageTable(), specials: [:])
  }

  private func build(
    _ constraint: OutputConstraint, _ shared: SharedLexer
  ) throws(GrammarError) -> CompiledGrammar {
    let result: Result<CompiledGrammar, GrammarError> = shared.lock.withLock { _ in
      do throws(GrammarError) {
        let tree = try Self.tree(constraint, shared.lexer.languages, specials: vocabulary.special)
        return .success(
          CompiledGrammar(
            tree, shared, endTokens: endTokens, opening: constraint.begin.flatMap { OpeningText($0) },
            isOptional: constraint.isOptional))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private static func tree(
    _ constraint: OutputConstraint, _ languages: LanguageTable, specials: [String: Int32]
  ) throws(GrammarError) -> GrammarTree {
    try checkSize(constraint.language)
    languages.budget.begin(.constraint)
    var tree = GrammarTree()
    switch constraint.language {
    case .jsonObject:
      tree.root = try SchemaGrammar.compile(.object(["type": "object"]), into: &tree, languages)
    case .jsonSchema(let text):
      tree.root = try SchemaGrammar.compile(try schema(text), into: &tree, languages)
    case .regex(let text):
      let language = try ExpressionLanguage(languages).whole(text)
      guard languages.isFollowable(language) else {
        throw GrammarError("regex", at: "", WorkBudget.refusal("the expression"))
      }
      tree.root = tree.lexeme(language, in: languages)
    case .grammar(let text):
      tree.root = try GrammarNotation.compile(text, into: &tree, languages, specials: specials)
      for case .lexeme(let language) in tree.kinds where !languages.isFollowable(language) {
        throw GrammarError("grammar", at: "", WorkBudget.refusal("a terminal"))
      }
    }
    if constraint.begin != nil, constraint.language.isJSON {
      // Models put a line's end between their thoughts and the answer.
      let blanks = tree.lexeme(JSONLexemes(languages).blanks, in: languages)
      tree.root = tree.sequence([blanks, tree.root])
    }
    var checks = WorkBudget.constraint
    let isPossible = tree.prune(&checks)
    let isLeftRecursive = tree.leftRecursiveRule(&checks) != nil
    guard !languages.budget.isSpent, !checks.isSpent else {
      throw GrammarError("", at: "", WorkBudget.refusal("the constraint"))
    }
    guard isPossible else {
      throw GrammarError("", at: "", "no text at all can satisfy this constraint")
    }
    if isLeftRecursive {
      throw GrammarError(
        "rule", at: "", "a rule of the grammar begins with itself; write it as a repetition (`*` or `+`)")
    }
    return tree
  }

  private static func checkSize(_ language: OutputConstraint.Language) throws(GrammarError) {
    let (keyword, text): (String, String) =
      switch language {
      case .jsonObject: ("", "")
      case .jsonSchema(let text): ("schema", text)
      case .regex(let text): ("regex", text)
      case .grammar(let text): ("grammar", text)
      }
    guard text.utf8.count <= mostBytes else {
      throw GrammarError(
        keyword, at: "", "it has \(text.utf8.count) bytes, and \(mostBytes) are allowed: constrain less")
    }
  }

  private static func schema(_ text: String) throws(GrammarError) -> JSON {
    do throws(JSONError) {
      return try JSON(parsing: text)
    } catch {
      throw GrammarError("schema", at: "", "the schema is no JSON: \(error.message)")
    }
  }
}

extension OutputConstraint.Language {
  /// Whether the text is JSON.
  fileprivate var isJSON: Bool {
    switch self {
    case .jsonObject, .jsonSchema: true
    case .regex, .grammar: false
    }
  }
}
