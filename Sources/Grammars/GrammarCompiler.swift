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

    /// A grammar that was compiled before, and the automata for one that was not. Those that are full are given up.
    mutating func find(
      _ constraint: OutputConstraint, _ vocabulary: GrammarVocabulary
    ) -> (CompiledGrammar?, SharedLexer) {
      if shared.isFull {
        grammars.removeAll { $0.grammar.shared === shared }
        shared = SharedLexer(vocabulary)
      }
      guard let at = grammars.firstIndex(where: { $0.constraint == constraint }) else { return (nil, shared) }
      let known = grammars.remove(at: at)
      if known.grammar.shared.isFull { return (nil, shared) }
      grammars.append(known)
      return (known.grammar, shared)
    }

    mutating func keep(_ constraint: OutputConstraint, _ grammar: CompiledGrammar) {
      grammars.removeAll { $0.constraint == constraint }
      grammars.append((constraint, grammar))
      let apart = grammars.indices.filter { grammars[$0].grammar.shared !== shared }
      if apart.count > GrammarCompiler.keptApart { grammars.remove(at: apart[0]) }
      if grammars.count > GrammarCompiler.kept { grammars.removeFirst() }
    }
  }

  /// Grammars that are kept, and how many of them at most with automata of their own.
  private static let kept = 64
  private static let keptApart = 8
  /// The bytes of a constraint at most, and of one that may be read while others wait for the automata.
  private static let mostBytes = 1 << 20
  private static let quickBytes = 1 << 15

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

  /// A matcher at the beginning of an answer. May be called from any thread; what takes long keeps no matcher waiting.
  ///
  /// - Throws: `GrammarError` for what cannot be enforced.
  package func compile(_ constraint: OutputConstraint) throws(GrammarError) -> GrammarMatcher {
    let (known, shared) = state.withLock { $0.find(constraint, vocabulary) }
    if let known { return GrammarMatcher(known) }
    var grammar: CompiledGrammar?
    if constraint.language.byteCount <= Self.quickBytes {
      grammar = try? build(constraint, shared, .quick)
    }
    // What is not read at once is read beside the others, into automata of its own; and what cannot be read, once more.
    let compiled: CompiledGrammar
    if let grammar {
      compiled = grammar
    } else {
      compiled = try build(constraint, SharedLexer(vocabulary), .constraint)
    }
    state.withLock { $0.keep(constraint, compiled) }
    return GrammarMatcher(compiled)
  }

  /// Checks that a constraint can be enforced.
  ///
  /// - Throws: `GrammarError` where it cannot.
  package static func check(_ constraint: OutputConstraint) throws(GrammarError) {
    _ = try tree(constraint, LanguageTable(), specials: [:], .constraint)
  }

  private func build(
    _ constraint: OutputConstraint, _ shared: SharedLexer, _ budget: WorkBudget
  ) throws(GrammarError) -> CompiledGrammar {
    let result: Result<CompiledGrammar, GrammarError> = shared.lock.withLock { _ in
      do throws(GrammarError) {
        let tree = try Self.tree(
          constraint, shared.lexer.languages, specials: vocabulary.special, budget)
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
    _ constraint: OutputConstraint, _ languages: LanguageTable, specials: [String: Int32],
    _ budget: WorkBudget
  ) throws(GrammarError) -> GrammarTree {
    try checkSize(constraint.language)
    languages.budget.begin(budget)
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
    var checks = budget
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
    let count = language.byteCount
    guard count <= mostBytes else {
      throw GrammarError(
        language.keyword, at: "", "it has \(count) bytes, and \(mostBytes) are allowed: constrain less")
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

  fileprivate var keyword: String {
    switch self {
    case .jsonObject: ""
    case .jsonSchema: "schema"
    case .regex: "regex"
    case .grammar: "grammar"
    }
  }

  /// The bytes of its text.
  fileprivate var byteCount: Int {
    switch self {
    case .jsonObject: 0
    case .jsonSchema(let text), .regex(let text), .grammar(let text): text.utf8.count
    }
  }
}
