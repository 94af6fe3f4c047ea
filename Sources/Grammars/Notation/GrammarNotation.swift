import JSON
import Text

/// Turns a grammar in GBNF or Lark's notation into a tree. Whatever in it is regular becomes one lexeme.
struct GrammarNotation {
  typealias Node = GrammarTree.Node
  typealias Language = LanguageTable.ID
  private typealias Term = NotationSyntax.Term

  /// Repetitions of what is ignored at most: blanks are no way to go on for ever.
  private static let mostIgnored = 40

  private let syntax: NotationSyntax
  private let table: LanguageTable
  private let specials: [String: Int32]
  private var terms: [String: Term] = [:]
  /// The rules that stand in no cycle and name no schema and no control token.
  private var regular: Set<String> = []
  private var languages: [String: Language] = [:]
  private var rules: [String: Int] = [:]
  private var pending: [String] = []
  private var ignored: Language?

  /// Adds a grammar to a tree.
  ///
  /// - Returns: the node of its start rule.
  static func compile(
    _ text: String, into tree: inout GrammarTree, _ table: LanguageTable, specials: [String: Int32]
  ) throws(GrammarError) -> Node {
    var notation = GrammarNotation(try NotationSyntax.parse(text), table, specials)
    return try notation.compile(&tree)
  }

  private init(_ syntax: NotationSyntax, _ table: LanguageTable, _ specials: [String: Int32]) {
    self.syntax = syntax
    self.table = table
    self.specials = specials
  }

  private mutating func compile(_ tree: inout GrammarTree) throws(GrammarError) -> Node {
    for rule in syntax.rules {
      guard terms.updateValue(rule.term, forKey: rule.name) == nil else {
        throw GrammarError(rule.name, at: "line \(rule.line)", "the rule `\(rule.name)` is defined twice")
      }
    }
    try findRegular()
    var between: [Language] = []
    for term in syntax.ignored {
      guard let language = try language(term) else {
        throw GrammarError("%ignore", at: "", "what is ignored has to be a terminal")
      }
      between.append(language)
    }
    if !between.isEmpty { ignored = table.repetition(table.union(between), 0, Self.mostIgnored) }
    let start = try node(.name(syntax.start), &tree)
    while let name = pending.popLast() {
      guard let rule = rules[name], let term = terms[name] else { continue }
      tree.define(rule, try node(term, &tree))
    }
    return ignored.map { tree.sequence([tree.lexeme($0, in: table), start]) } ?? start
  }

  // MARK: Regular parts

  /// Finds the rules that are regular, and the languages of those that are needed: each after what it names, so that no
  /// chain of names is followed deeper than one step.
  private mutating func findRegular() throws(GrammarError) {
    var left: [String: Int] = [:]
    var users: [String: [String]] = [:]
    var free: [String] = []
    for rule in syntax.rules {
      guard let names = namesWhereRegular(rule.term) else { continue }
      left[rule.name] = names.count
      for name in names { users[name, default: []].append(rule.name) }
      if names.isEmpty { free.append(rule.name) }
    }
    var order: [String] = []
    while let name = free.popLast() {
      regular.insert(name)
      order.append(name)
      for user in users[name] ?? [] {
        guard let count = left[user] else { continue }
        left[user] = count - 1
        if count == 1 { free.append(user) }
      }
    }
    var needed: Set<String> = []
    var pending = [Term.name(syntax.start)] + syntax.ignored
    while let term = pending.popLast() {
      for name in Self.names(term) where needed.insert(name).inserted {
        if let term = terms[name] { pending.append(term) }
      }
    }
    for name in order where needed.contains(name) {
      if let term = terms[name] { languages[name] = try language(term) }
    }
  }

  /// The rules that a term names, each once.
  private static func names(_ term: Term) -> Set<String> {
    switch term {
    case .name(let name): [name]
    case .sequence(let parts), .choice(let parts):
      parts.reduce(into: []) { $0.formUnion(names($1)) }
    case .repetition(let inner, _, _): names(inner)
    case .literal, .expression, .characters, .schema, .special: []
    }
  }

  /// The rules that a term names; nil where it is not regular, whatever they are.
  private func namesWhereRegular(_ term: Term) -> Set<String>? {
    switch term {
    case .literal(let text, _): return splits(text).isEmpty ? [] : nil
    case .schema, .special: return nil
    case .expression, .characters, .name: return Self.names(term)
    case .repetition(let inner, _, _): return namesWhereRegular(inner)
    case .sequence(let parts), .choice(let parts):
      var names: Set<String> = []
      for part in parts {
        guard let own = namesWhereRegular(part) else { return nil }
        names.formUnion(own)
      }
      return names
    }
  }

  /// The language of a term; nil where it names a rule that is not regular, a schema or a control token.
  private mutating func language(_ term: Term) throws(GrammarError) -> Language? {
    switch term {
    case .literal(let text, let ignoresCase):
      if !splits(text).isEmpty { return nil }
      guard ignoresCase else { return table.literal(text) }
      return table.sequence(
        text.unicodeScalars.map { table.character(ScalarSet($0.value).withCaseVariants(), .utf8) })
    case .expression(let source), .characters(let source): return try ExpressionLanguage(table).whole(source)
    case .schema, .special: return nil
    case .sequence(let parts):
      var result: [Language] = []
      for part in parts {
        guard let language = try language(part) else { return nil }
        result.append(language)
      }
      return table.sequence(result)
    case .choice(let parts):
      var result: [Language] = []
      for part in parts {
        guard let language = try language(part) else { return nil }
        result.append(language)
      }
      return table.union(result)
    case .repetition(let inner, let least, let most):
      return try language(inner).map { table.repetition($0, least, most) }
    case .name(let name):
      guard let term = terms[name] else {
        throw GrammarError(name, at: "", "the grammar names `\(name)`, which no rule defines")
      }
      if let known = languages[name] { return known }
      return regular.contains(name) ? try language(term) : nil
    }
  }

  /// Whether something may be ignored inside of a term: between the terminals of a rule, never inside of a terminal.
  private func isSplit(_ term: Term) -> Bool {
    guard ignored != nil else { return false }
    switch term {
    case .literal, .expression, .characters, .schema, .special: return false
    case .name(let name): return name.unicodeScalars.contains { ("a"..."z").contains($0) }
    case .sequence, .choice, .repetition: return true
    }
  }

  // MARK: Nodes

  private mutating func node(_ term: Term, _ tree: inout GrammarTree) throws(GrammarError) -> Node {
    if !isSplit(term), let language = try language(term) { return terminal(language, &tree) }
    switch term {
    case .literal(let text, _):
      var parts: [Node] = []
      for piece in splits(text) {
        if let token = specials[piece] {
          parts.append(special(piece, token, &tree))
        } else {
          parts.append(terminal(table.literal(piece), &tree))
        }
      }
      return tree.sequence(parts)
    case .special(let name):
      if let token = specials[name] { return special(name, token, &tree) }
      return terminal(table.literal(name), &tree)
    case .expression, .characters: return tree.never()
    case .schema(let text):
      let schema: JSON
      do throws(JSONError) {
        schema = try JSON(parsing: text)
      } catch {
        throw GrammarError("%json", at: "", "the schema is no JSON: \(error.message)")
      }
      let value = try SchemaGrammar.compile(schema, into: &tree, table)
      return ignored.map { tree.sequence([value, tree.lexeme($0, in: table)]) } ?? value
    case .sequence(let parts):
      var nodes: [Node] = []
      for part in parts { nodes.append(try node(part, &tree)) }
      return tree.sequence(nodes)
    case .choice(let parts):
      var nodes: [Node] = []
      for part in parts { nodes.append(try node(part, &tree)) }
      return tree.choice(nodes)
    case .repetition(let inner, let least, let most):
      return tree.repetition(try node(inner, &tree), least, most)
    case .name(let name):
      guard terms[name] != nil else {
        throw GrammarError(name, at: "", "the grammar names `\(name)`, which no rule defines")
      }
      if let known = rules[name] { return tree.rule(known) }
      let rule = tree.newRule()
      rules[name] = rule
      pending.append(name)
      return tree.rule(rule)
    }
  }

  private func terminal(_ language: Language, _ tree: inout GrammarTree) -> Node {
    let node = tree.lexeme(language, in: table)
    return ignored.map { tree.sequence([node, tree.lexeme($0, in: table)]) } ?? node
  }

  private func special(_ name: String, _ token: Int32, _ tree: inout GrammarTree) -> Node {
    // No text begins with this byte: the language only gives the token a number among the lexemes.
    let node = tree.special(token, spelling: table.literal([0xFF] + Array(name.utf8)))
    return ignored.map { tree.sequence([node, tree.lexeme($0, in: table)]) } ?? node
  }

  /// A literal cut into control tokens and the text between; empty where there is no control token in it.
  private func splits(_ text: String) -> [String] {
    var rest = text[...]
    var pieces: [String] = []
    var isFound = false
    var plain = ""
    let firsts = Set(specials.keys.compactMap(\.first))
    while let first = rest.first {
      guard firsts.contains(first) else {
        plain.append(first)
        rest.removeFirst()
        continue
      }
      table.budget.charge(specials.count)
      if let name = specials.keys.filter({ rest.hasPrefix($0) }).max(by: { $0.utf8.count < $1.utf8.count }) {
        if !plain.isEmpty { pieces.append(plain) }
        plain = ""
        pieces.append(name)
        rest = rest.dropFirst(name.count)
        isFound = true
      } else {
        plain.append(rest.removeFirst())
      }
    }
    if !plain.isEmpty { pieces.append(plain) }
    return isFound ? pieces : []
  }
}
