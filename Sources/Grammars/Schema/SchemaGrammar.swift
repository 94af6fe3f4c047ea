import JSON

/// Writes the grammar of a schema: a rule for each set of schemas that a value has to satisfy together, so that
/// references that come back to themselves come back to the same rule.
struct SchemaGrammar {
  typealias Node = GrammarTree.Node

  /// Members of one object, times the counts of them that have to be told apart, at most.
  private static let mostMembers = 60_000
  /// Patterns of property names in one object whose overlaps are looked at.
  private static let mostPatterns = 8
  /// Members after which an object's or an array's grammar goes on in a rule of its own, so that nothing stands too deep.
  private static let membersInRule = 16

  private let reader: SchemaReader
  private let table: LanguageTable
  private let lexemes: JSONLexemes
  private var rules: [SchemaShape.Together: Int] = [:]
  private var pending: [SchemaShape.Together] = []

  /// Adds the grammar of a schema to a tree.
  ///
  /// - Returns: its node.
  static func compile(
    _ schema: JSON, into tree: inout GrammarTree, _ table: LanguageTable
  ) throws(GrammarError) -> Node {
    let document = SchemaDocument(schema)
    var grammar = SchemaGrammar(
      reader: SchemaReader(document, table), table: table, lexemes: JSONLexemes(table))
    let root = document.location(schema, at: "")
    let node = grammar.value([root], &tree)
    while let next = grammar.pending.popLast() {
      guard let rule = grammar.rules[next] else { continue }
      var ways: [Node] = []
      for shape in try grammar.reader.shapes(next) { ways.append(try grammar.node(shape, &tree)) }
      tree.define(rule, tree.choice(ways))
    }
    return node
  }

  private init(reader: SchemaReader, table: LanguageTable, lexemes: JSONLexemes) {
    self.reader = reader
    self.table = table
    self.lexemes = lexemes
  }

  /// The node of a value.
  private mutating func value(_ schemas: SchemaShape.Together, _ tree: inout GrammarTree) -> Node {
    if let known = rules[schemas] { return tree.rule(known) }
    let rule = tree.newRule()
    rules[schemas] = rule
    pending.append(schemas)
    return tree.rule(rule)
  }

  private mutating func node(_ shape: SchemaShape, _ tree: inout GrammarTree) throws(GrammarError) -> Node {
    var ways: [Node] = []
    func add(_ language: LanguageTable.ID) { ways.append(tree.lexeme(language, in: table)) }
    var words: [[UInt8]] = []
    if shape.allowsNull { words.append(Array("null".utf8)) }
    if shape.allowsTrue { words.append(Array("true".utf8)) }
    if shape.allowsFalse { words.append(Array("false".utf8)) }
    if !words.isEmpty { add(table.oneOf(words)) }
    if let number = shape.number { add(number) }
    if let string = shape.string {
      add(string == table.anyText(.json) ? lexemes.anyString : lexemes.quoted(string))
    }
    if let array = shape.array { ways.append(self.array(array, &tree)) }
    if let object = shape.object { ways.append(try self.object(object, &tree)) }
    return tree.choice(ways)
  }

  // MARK: Arrays

  private mutating func array(_ array: ArrayShape, _ tree: inout GrammarTree) -> Node {
    let comma = tree.lexeme(lexemes.comma, in: table)
    let rest = value(array.rest, &tree)
    let most = array.most
    // From the end: what may follow so many elements.
    let count = min(array.prefix.count, most ?? .max)
    var after = tree.repetition(
      tree.sequence([comma, rest]), max(0, array.least - max(count, 1)),
      most.map { max(0, $0 - max(count, 1)) })
    var index = count
    while index > 1 {
      index -= 1
      let element = tree.sequence([comma, value(array.prefix[index], &tree), after])
      after = index >= array.least ? tree.optional(element) : element
      if index % Self.membersInRule == 0 { after = inRule(after, &tree) }
    }
    let first = count > 0 ? value(array.prefix[0], &tree) : rest
    let full = tree.sequence([
      tree.lexeme(lexemes.openArray, in: table), first, after, tree.lexeme(lexemes.closeArray, in: table),
    ])
    let empty = tree.lexeme(lexemes.emptyArray, in: table)
    if most == 0 { return empty }
    return array.least == 0 ? tree.choice([empty, full]) : full
  }

  /// A node as the body of a rule.
  private func inRule(_ node: Node, _ tree: inout GrammarTree) -> Node {
    let rule = tree.newRule()
    tree.define(rule, node)
    return tree.rule(rule)
  }

  // MARK: Objects

  private mutating func object(_ object: ObjectShape, _ tree: inout GrammarTree) throws(GrammarError) -> Node
  {
    let names = object.declared
    let never = [SchemaDocument.never]
    var members: [(node: Node, isRequired: Bool)] = []
    let colon = tree.lexeme(lexemes.colon, in: table)
    let required = Set(object.required)
    for name in names {
      let schemas = object.value(name, table)
      let isRequired = required.contains(name)
      if schemas == never {
        if isRequired { return tree.never() }
        continue
      }
      let key = tree.lexeme(lexemes.quoted(table.literal(name, .json)), in: table)
      members.append((tree.sequence([key, colon, value(schemas, &tree)]), isRequired))
    }
    let other = try others(object, named: names, colon, &tree)

    let comma = tree.lexeme(lexemes.comma, in: table)
    // So many members make a difference: whether there is one before, and the counts that bounds speak of.
    let isBounded = object.least > 0 || object.most != nil
    let cap = isBounded ? max(1, object.least, (object.most ?? 0)) : 1
    guard (members.count + 1) * min(cap, members.count + 1) <= Self.mostMembers else {
      throw GrammarError("minProperties", at: "", "there are too many properties to count")
    }
    let top = min(cap, members.count)
    var after: [Node] = []
    for count in 0...max(top, 1) { after.append(tail(object, other, comma, after: count, &tree)) }
    for (index, member) in members.enumerated().reversed() {
      var now: [Node] = []
      for count in 0...max(top, 1) {
        let isFull = object.most.map { count >= $0 } ?? false
        var with = isFull ? tree.never() : member.node
        if count > 0 { with = tree.sequence([comma, with]) }
        // Without bounds 1 stands for any number of members.
        with = tree.sequence([with, after[min(count + 1, max(top, 1))]])
        var node = member.isRequired ? with : tree.choice([with, after[count]])
        if index % Self.membersInRule == 0 { node = inRule(node, &tree) }
        now.append(node)
      }
      after = now
    }
    let full = tree.sequence([
      tree.lexeme(lexemes.openObject, in: table), after[0], tree.lexeme(lexemes.closeObject, in: table),
    ])
    return full
  }

  /// What may follow `count` of the named members.
  private func tail(
    _ object: ObjectShape, _ other: Node?, _ comma: Node, after count: Int, _ tree: inout GrammarTree
  ) -> Node {
    let least = max(0, object.least - count)
    guard let other else { return least == 0 ? GrammarTree.empty : tree.never() }
    let most = object.most.map { $0 - count }
    if let most, most < least { return tree.never() }
    let further = tree.sequence([comma, other])
    if count > 0 { return tree.repetition(further, least, most) }
    if most == 0 { return GrammarTree.empty }
    let some = tree.sequence([other, tree.repetition(further, max(0, least - 1), most.map { $0 - 1 })])
    return least == 0 ? tree.optional(some) : some
  }

  /// A member whose name no schema mentions; nil where there may be none.
  private mutating func others(
    _ object: ObjectShape, named names: [String], _ colon: Node, _ tree: inout GrammarTree
  ) throws(GrammarError) -> Node? {
    let patterns = Set(object.facets.flatMap { $0.patterns.map(\.names) }).sorted()
    guard patterns.count <= Self.mostPatterns else {
      throw GrammarError(
        "patternProperties", at: "",
        "more than \(Self.mostPatterns) patterns of names in one object are not enforced")
    }
    var ways: [Node] = []
    // Each set of patterns that a name may match has values of its own.
    for matched in 0..<(1 << patterns.count) {
      let schemas = object.facets.flatMap { facet -> SchemaShape.Together in
        let hits = facet.patterns.filter { pattern in
          patterns.firstIndex(of: pattern.names).map { matched >> $0 & 1 != 0 } ?? false
        }
        return hits.isEmpty ? facet.additional : hits.flatMap(\.schemas)
      }.together
      if schemas == [SchemaDocument.never] { continue }
      let named = table.union(names.map { table.literal($0, .json) })
      var language = [table.difference(table.anyText(.json), named)]
      if let allowed = object.names { language.append(allowed) }
      for (index, pattern) in patterns.enumerated() {
        language.append(matched >> index & 1 != 0 ? pattern : table.complement(pattern))
      }
      let key = table.intersection(language)
      guard table.hasText(key) else { continue }
      let name = tree.lexeme(lexemes.quoted(key), in: table)
      ways.append(tree.sequence([name, colon, value(schemas, &tree)]))
    }
    return ways.isEmpty ? nil : tree.choice(ways)
  }
}
