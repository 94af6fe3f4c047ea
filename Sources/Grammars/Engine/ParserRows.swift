/// The parser: a pushdown automaton whose stacks are shared nodes, made deterministic as texts need it.
///
/// A row is everything that may come at one place: lexemes, and what is to come after each. What is to come is a stack
/// of grammar nodes with several stacks below it where grammars are ambiguous, so that a text with many readings costs
/// no more than the places it can be at.
final class ParserRows {
  /// The number of a row.
  typealias Row = Int32

  /// A node, and one of these stacks after it.
  private struct Stack: Hashable {
    var node: GrammarTree.Node
    var below: StackSet
  }

  private typealias StackSet = Int32

  /// A lexeme that may come, and the stacks after it.
  private struct Entry {
    var lexeme: LanguageTable.ID
    var after: [Int32]
  }

  private struct Content {
    var entries: [Entry]
    var mayEnd: Bool
    var start: Lexer.State
  }

  private struct Step: Hashable {
    var row: Row
    var state: Lexer.State
  }

  /// Lexemes of one row at most: a grammar that needs more is refused where it is compiled or ends where it stands.
  private static let widest = 20_000
  /// Stacks that are looked at, at most, for all rows together: beyond them texts end where they stand, so that no grammar
  /// takes time and memory without end. Those that are not made to be hostile need a thousandth of it.
  private static let mostWork = 3_000_000

  private var tree: GrammarTree
  private let lexer: Lexer
  private var stacks: [Stack] = []
  private var stackNumbers: [Stack: Int32] = [:]
  private var sets: [[Int32]] = []
  private var setNumbers: [[Int32]: StackSet] = [:]
  private var rows: [Content] = []
  private var rowNumbers: [[Int32]: Row] = [:]
  private var steps: [Step: Row] = [:]
  /// Stacks that were looked at.
  private var work = 0

  /// The end of the text, as a stack.
  private static let bottom: Int32 = -1

  init(_ tree: GrammarTree, _ lexer: Lexer) {
    self.tree = tree
    self.lexer = lexer
  }

  /// The row before the first byte.
  func first() -> Row { row([stack(tree.root, below: set([Self.bottom]))]) }

  /// Whether the text may end at a row.
  func mayEnd(_ row: Row) -> Bool { rows[Int(row)].mayEnd }

  /// The lexer's state at a row.
  func start(_ row: Row) -> Lexer.State { rows[Int(row)].start }

  /// The control tokens that may come at a row, with the row after each.
  func specials(_ row: Row) -> [(token: Int32, lexeme: LanguageTable.ID)] {
    if tree.specials.isEmpty { return [] }
    return rows[Int(row)].entries.compactMap { entry in
      tree.specials[entry.lexeme].map { ($0, entry.lexeme) }
    }
  }

  /// The row after a control token.
  func step(_ row: Row, over lexeme: LanguageTable.ID) -> Row {
    self.row(rows[Int(row)].entries.filter { $0.lexeme == lexeme }.flatMap(\.after))
  }

  /// The row after the lexemes that are complete in a state.
  func step(_ row: Row, _ state: Lexer.State) -> Row {
    let key = Step(row: row, state: state)
    if let known = steps[key] { return known }
    let complete = lexer.complete[Int(state)]
    let after = rows[Int(row)].entries.filter { complete.contains($0.lexeme) }.flatMap(\.after)
    let result = self.row(after)
    steps[key] = result
    return result
  }

  private func set(_ members: [Int32]) -> StackSet {
    let key = members.count > 1 ? Set(members).sorted() : members
    if let known = setNumbers[key] { return known }
    let number = StackSet(sets.count)
    setNumbers[key] = number
    sets.append(key)
    return number
  }

  private func stack(_ node: GrammarTree.Node, below: StackSet) -> Int32 {
    let key = Stack(node: node, below: below)
    if let known = stackNumbers[key] { return known }
    let number = Int32(stacks.count)
    stackNumbers[key] = number
    stacks.append(key)
    return number
  }

  /// The row of some stacks. Those with the same node on top become one, with all that stood below.
  private func row(_ members: [Int32]) -> Row {
    let key = merged(members)
    if let known = rowNumbers[key] { return known }
    var closure = Closure()
    let before = work
    if work < Self.mostWork {
      for member in key { expand(member, &closure) }
      lexer.languages.budget.charge(work - before)
    } else {
      closure.mayEnd = true
    }
    let entries = closure.entries.map { Entry(lexeme: $0.key, after: Array($0.value)) }
      .sorted { $0.lexeme < $1.lexeme }
    // A control token is no text: the lexer does not know it.
    let lexemes = entries.map(\.lexeme).filter { tree.specials[$0] == nil }
    let number = Row(rows.count)
    work += entries.reduce(0) { $0 + $1.after.count }
    rows.append(Content(entries: entries, mayEnd: closure.mayEnd, start: lexer.start(lexemes)))
    rowNumbers[key] = number
    return number
  }

  private func merged(_ members: [Int32]) -> [Int32] {
    if members.count < 2 { return members }
    work += members.count
    let unique = Set(members)
    var byNode: [GrammarTree.Node: [Int32]] = [:]
    var result: Set<Int32> = []
    for member in unique {
      if member == Self.bottom {
        result.insert(member)
      } else {
        byNode[stacks[Int(member)].node, default: []].append(member)
      }
    }
    for (node, group) in byNode {
      if group.count == 1 {
        result.insert(group[0])
      } else {
        let below = group.flatMap { sets[Int(stacks[Int($0)].below)] }
        work += below.count
        result.insert(stack(node, below: set(below)))
      }
    }
    return result.sorted()
  }

  private struct Closure {
    var entries: [LanguageTable.ID: Set<Int32>] = [:]
    var seen: Set<Int32> = []
    var mayEnd = false
  }

  private func expand(_ start: Int32, _ closure: inout Closure) {
    var pending = [start]
    while let current = pending.popLast() {
      work += 1
      guard closure.seen.count < Self.widest, closure.seen.insert(current).inserted else { continue }
      if current == Self.bottom {
        closure.mayEnd = true
        continue
      }
      let (node, below) = (stacks[Int(current)].node, stacks[Int(current)].below)
      switch tree.kinds[Int(node)] {
      case .empty: pending.append(contentsOf: sets[Int(below)])
      case .lexeme(let language):
        work += sets[Int(below)].count
        closure.entries[language, default: []].formUnion(sets[Int(below)])
      case .sequence(let first, let second):
        pending.append(stack(first, below: set([stack(second, below: below)])))
      case .choice(let parts): for part in parts { pending.append(stack(part, below: below)) }
      case .rule(let number): pending.append(stack(tree.bodies[number], below: below))
      case .repetition(let part, let least, let most):
        if least == 0 { pending.append(contentsOf: sets[Int(below)]) }
        let left = repetition(part, min: max(0, least - 1), max: most)
        let after = left.map { [stack($0, below: below)] } ?? sets[Int(below)]
        pending.append(stack(part, below: set(after)))
      }
    }
  }

  /// What is left of a repetition after one round; nil for nothing.
  private func repetition(
    _ part: GrammarTree.Node, min least: Int32, max most: Int32
  ) -> GrammarTree.Node? {
    let left = most == LanguageTable.unbounded ? most : most - 1
    if left == 0 { return nil }
    return tree.repetition(part, Int(least), left == LanguageTable.unbounded ? nil : Int(left))
  }
}
