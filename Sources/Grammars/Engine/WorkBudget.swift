/// How much may be computed for a constraint or a mask. What a language costs to follow is known only by following it: an
/// expression of twenty letters can have a million states.
struct WorkBudget {
  /// Languages that may still be looked at in searches for a text.
  var searches: Int
  /// Parts of languages that may still be put together.
  private(set) var work: Int
  /// Whether what it is for can be left out.
  private var isOptional = false
  /// What was put together under all budgets of a table: memory follows it.
  private(set) var total = 0

  /// Whether something was left out.
  var isSpent: Bool { work <= 0 }
  /// Whether the table has taken so much memory that new grammars begin with a fresh one.
  var isTableFull: Bool { total > Self.table }

  private init(searches: Int, work: Int, isOptional: Bool = false) {
    self.searches = searches
    self.work = work
    self.isOptional = isOptional
  }

  /// Takes note of work that is about to be done.
  mutating func charge(_ amount: Int) {
    work -= amount
    total += amount
  }

  /// Begins anew.
  mutating func begin(_ other: WorkBudget) {
    searches = other.searches
    // Whoever still follows a full table gets by with what single bytes need.
    work = isTableFull && other.isOptional ? 0 : other.work
  }

  /// What to say of a constraint that is too expensive.
  static func refusal(_ what: String) -> String {
    "\(what) takes too much work to follow: too many of its alternatives stay open at once; bound or simplify its repetitions"
  }

  /// For reading a constraint; beyond it the constraint is refused.
  static let constraint = WorkBudget(searches: 10_000, work: 1_000_000)
  /// For reading one while others wait for the same automata.
  static let quick = WorkBudget(searches: 1_000, work: 20_000)
  /// For what one byte more makes of a text, which has to be known: with `widest` it is always enough.
  static let byte = WorkBudget(searches: 1_000, work: 4_000_000)
  /// For the tokens of a mask beyond those of one byte; what is not found out in time may not come.
  static let mask = WorkBudget(searches: 1_000, work: 200_000, isOptional: true)
  /// The work after which new grammars begin with a fresh table, and masks find out nothing more.
  private static let table = 10_000_000
  /// Alternatives that may be open at once at a place of a text.
  static let widest = 2_000
}

extension LanguageTable {
  /// Bytes that are looked ahead for how wide a language becomes.
  private static let probeLength = 64

  /// Whether a language can be followed at a bounded price: goes on with the bytes that leave most open, as the worst
  /// text would.
  func isFollowable(_ id: ID) -> Bool {
    var current = id
    var seen: Set<ID> = []
    for _ in 0..<Self.probeLength where seen.insert(current).inserted {
      let next = moves(current).map { (next: $0.next, width: width($0.next)) }.max { $0.width < $1.width }
      guard !budget.isSpent else { return false }
      guard let next else { return true }
      guard next.width <= WorkBudget.widest else { return false }
      current = next.next
    }
    return true
  }

  /// How many alternatives are open at once.
  private func width(_ id: ID) -> Int {
    switch nodes[Int(id)] {
    case .union(let parts): parts.reduce(0) { $0 + width($1) }
    case .intersection(let parts): parts.reduce(0) { $0 + width($1) }
    case .complement(let inner): width(inner)
    case .sequence(let first, _): width(first)
    case .never, .empty, .bytes, .repetition, .multiple: 1
    }
  }
}
