/// A grammar over lexemes: rules that may name one another.
struct GrammarTree {
  /// The number of a node.
  typealias Node = Int32

  /// What a node stands for.
  enum Kind: Hashable {
    /// The empty text.
    case empty
    /// A text of a language that does not hold the empty one.
    case lexeme(LanguageTable.ID)
    case sequence(Node, Node)
    case choice([Node])
    case repetition(Node, min: Int32, max: Int32)
    /// What a rule's body stands for.
    case rule(Int)
  }

  /// The empty text.
  static let empty: Node = 0

  private(set) var kinds: [Kind] = []
  private var numbers: [Kind: Node] = [:]
  /// The body of each rule.
  private(set) var bodies: [Node] = []
  /// The lexemes that a control token spells, by language.
  private(set) var specials: [LanguageTable.ID: Int32] = [:]
  /// What the whole text is.
  var root: Node = empty

  init() { _ = intern(.empty) }

  private mutating func intern(_ kind: Kind) -> Node {
    if let known = numbers[kind] { return known }
    let number = Node(kinds.count)
    numbers[kind] = number
    kinds.append(kind)
    return number
  }

  /// A node that nothing can stand for.
  mutating func never() -> Node { intern(.choice([])) }

  /// A text of a language; where that holds the empty text, the node may be left out.
  mutating func lexeme(_ language: LanguageTable.ID, in table: LanguageTable) -> Node {
    if language == LanguageTable.empty { return Self.empty }
    if !table.hasText(language) { return never() }
    guard table.acceptsEmpty(language) else { return intern(.lexeme(language)) }
    let rest = table.difference(language, LanguageTable.empty)
    return table.hasText(rest) ? optional(intern(.lexeme(rest))) : Self.empty
  }

  /// A control token.
  mutating func special(_ token: Int32, spelling language: LanguageTable.ID) -> Node {
    specials[language] = token
    return intern(.lexeme(language))
  }

  /// Parts one after another; a sequence among them gives its parts, so that only the second of two is ever one.
  mutating func sequence(_ parts: [Node]) -> Node {
    var result = Self.empty
    for part in parts.reversed() {
      if part == Self.empty { continue }
      guard result != Self.empty else {
        result = part
        continue
      }
      var heads: [Node] = []
      var last = part
      while case .sequence(let first, let second) = kinds[Int(last)] {
        heads.append(first)
        last = second
      }
      result = intern(.sequence(last, result))
      for head in heads.reversed() { result = intern(.sequence(head, result)) }
    }
    return result
  }

  mutating func choice(_ parts: [Node]) -> Node {
    let kept = Set(parts.filter { kinds[Int($0)] != .choice([]) }).sorted()
    return kept.count == 1 ? kept[0] : intern(.choice(kept))
  }

  mutating func optional(_ part: Node) -> Node { repetition(part, 0, 1) }

  mutating func repetition(_ part: Node, _ least: Int, _ most: Int?) -> Node {
    let most = most ?? Int(LanguageTable.unbounded)
    if most == 0 || part == Self.empty { return Self.empty }
    if least == 1, most == 1 { return part }
    return intern(.repetition(part, min: Int32(clamping: least), max: Int32(clamping: most)))
  }

  /// A rule whose body follows.
  mutating func newRule() -> Int {
    bodies.append(Self.empty)
    return bodies.count - 1
  }

  mutating func rule(_ number: Int) -> Node { intern(.rule(number)) }

  mutating func define(_ rule: Int, _ body: Node) { bodies[rule] = body }
}
