/// Regular languages over bytes as shared nodes: equal ones have equal numbers, so that automata built from their
/// derivatives (Brzozowski 1964) find their states again.
final class LanguageTable {
  /// The number of a language.
  typealias ID = Int32

  /// How a language is made.
  enum Node: Hashable {
    case never
    case empty
    case bytes(ByteSet)
    case sequence(ID, ID)
    case union([ID])
    case intersection([ID])
    case complement(ID)
    /// Between `min` and `max` times; the counter is a state and never a copy.
    case repetition(ID, min: Int32, max: Int32)
    /// Decimal digits that leave a remainder; see `Multiple`.
    case multiple(Multiple)
  }

  /// The `max` of a repetition without an upper bound.
  static let unbounded = Int32.max

  /// Nothing matches.
  static let never: ID = 0
  /// Only the empty text.
  static let empty: ID = 1
  /// Every text.
  static let everything: ID = 2

  private(set) var nodes: [Node] = []
  private var nullable: [Bool] = []
  private var numbers: [Node: ID] = [:]
  private var derivatives: [ID: [Move]] = [:]
  /// Whether some text belongs to a language, where that took a search.
  var productive: [ID: Bool] = [:]
  /// Whether an intersection or a complement stands in it: only then may it be `never` without looking so.
  private(set) var isBoolean: [Bool] = []
  /// The languages of single characters that were asked for.
  var characters: [CharacterKey: ID] = [:]
  /// Any character as a JSON string writes it.
  private(set) lazy var anyCharacter = character(.all, .json)

  /// What may still be computed, so that nobody's expressions hold up all others.
  var budget = WorkBudget.constraint

  /// What follows where the next byte is one of a set.
  struct Move {
    var bytes: ByteSet
    var next: ID
  }

  init() {
    _ = intern(.never)
    _ = intern(.empty)
    _ = intern(.complement(Self.never))
  }

  private func intern(_ node: Node) -> ID {
    if let known = numbers[node] { return known }
    let id = ID(nodes.count)
    numbers[node] = id
    nodes.append(node)
    nullable.append(computeNullable(node))
    isBoolean.append(computeBoolean(node))
    return id
  }

  /// Whether the empty text belongs to a language.
  func acceptsEmpty(_ id: ID) -> Bool { nullable[Int(id)] }

  private func computeNullable(_ node: Node) -> Bool {
    switch node {
    case .never, .bytes: false
    case .empty: true
    case .sequence(let first, let second): acceptsEmpty(first) && acceptsEmpty(second)
    case .union(let parts): parts.contains(where: acceptsEmpty)
    case .intersection(let parts): parts.allSatisfy(acceptsEmpty)
    case .complement(let inner): !acceptsEmpty(inner)
    case .repetition(_, let least, _): least == 0
    case .multiple(let state): state.accepts
    }
  }

  private func computeBoolean(_ node: Node) -> Bool {
    switch node {
    case .never, .empty, .bytes: false
    case .sequence(let first, let second): isBoolean[Int(first)] || isBoolean[Int(second)]
    case .union(let parts): parts.contains { isBoolean[Int($0)] }
    case .intersection, .multiple: true
    case .complement(let inner): inner != Self.never
    case .repetition(let inner, _, _): isBoolean[Int(inner)]
    }
  }
}

// MARK: - Construction

extension LanguageTable {
  func bytes(_ set: ByteSet) -> ID { set.isEmpty ? Self.never : intern(.bytes(set)) }

  func byte(_ byte: UInt8) -> ID { bytes(ByteSet(byte)) }

  func literal(_ text: some BidirectionalCollection<UInt8>) -> ID {
    var result = Self.empty
    for next in text.reversed() { result = sequence(byte(next), result) }
    return result
  }

  func literal(_ text: String) -> ID { literal(Array(text.utf8)) }

  func sequence(_ first: ID, _ second: ID) -> ID {
    if first == Self.never || second == Self.never { return Self.never }
    if first == Self.empty { return second }
    if second == Self.empty { return first }
    if first == Self.everything, second == Self.everything { return Self.everything }
    // Leaning to the right, so that equal languages look equal; in a loop, because a text may be long.
    var heads: [ID] = []
    var last = first
    while case .sequence(let head, let tail) = nodes[Int(last)] {
      heads.append(head)
      last = tail
    }
    budget.charge(heads.count)
    var result = intern(.sequence(last, second))
    for head in heads.reversed() { result = intern(.sequence(head, result)) }
    return result
  }

  func sequence(_ parts: [ID]) -> ID {
    parts.reversed().reduce(Self.empty) { sequence($1, $0) }
  }

  func union(_ first: ID, _ second: ID) -> ID {
    if first == second || second == Self.never { return first }
    if first == Self.never { return second }
    return union([first, second])
  }

  func union(_ parts: [ID]) -> ID {
    var flat: Set<ID> = []
    var single = ByteSet.none
    budget.charge(parts.count)
    for part in parts {
      switch nodes[Int(part)] {
      case .never: break
      case .bytes(let set): single = single.union(set)
      case .union(let inner):
        budget.charge(inner.count)
        for id in inner {
          if case .bytes(let set) = nodes[Int(id)] { single = single.union(set) } else { flat.insert(id) }
        }
      default:
        if part == Self.everything { return part }
        flat.insert(part)
      }
    }
    if !single.isEmpty { flat.insert(bytes(single)) }
    if flat.contains(Self.empty), flat.contains(where: { $0 != Self.empty && acceptsEmpty($0) }) {
      flat.remove(Self.empty)
    }
    if flat.isEmpty { return Self.never }
    if flat.count == 1, let only = flat.first { return only }
    return intern(.union(flat.sorted()))
  }

  func intersection(_ parts: [ID]) -> ID {
    var flat: Set<ID> = []
    budget.charge(parts.count)
    for part in parts {
      switch nodes[Int(part)] {
      case .never: return Self.never
      case .intersection(let inner): flat.formUnion(inner)
      default: if part != Self.everything { flat.insert(part) }
      }
    }
    if flat.contains(Self.empty) { return flat.allSatisfy(acceptsEmpty) ? Self.empty : Self.never }
    if flat.isEmpty { return Self.everything }
    if flat.count == 1, let only = flat.first { return only }
    return intern(.intersection(flat.sorted()))
  }

  func complement(_ inner: ID) -> ID {
    if case .complement(let twice) = nodes[Int(inner)] { return twice }
    return intern(.complement(inner))
  }

  /// What is in the first language and not in the second.
  func difference(_ first: ID, _ second: ID) -> ID {
    second == Self.never ? first : intersection([first, complement(second)])
  }

  func repetition(_ inner: ID, _ least: Int, _ most: Int?) -> ID {
    let most = Int32(clamping: most ?? Int(Self.unbounded))
    return repetition(inner, min: Int32(clamping: least), max: most)
  }

  private func repetition(_ inner: ID, min least: Int32, max most: Int32) -> ID {
    if most < least || most < 0 { return Self.never }
    if most == 0 || inner == Self.empty { return Self.empty }
    if inner == Self.never { return least == 0 ? Self.empty : Self.never }
    if least == 1, most == 1 { return inner }
    if inner == Self.everything { return inner }
    let least = acceptsEmpty(inner) ? 0 : Swift.max(least, 0)
    if least == 0, most == Self.unbounded, case .repetition(_, 0, Self.unbounded) = nodes[Int(inner)] {
      return inner
    }
    return intern(.repetition(inner, min: least, max: most))
  }

  func optional(_ inner: ID) -> ID { repetition(inner, 0, 1) }
  func many(_ inner: ID) -> ID { repetition(inner, 0, nil) }
  func multiple(_ state: Multiple) -> ID { intern(.multiple(state)) }

  /// One of some texts, as a tree over their first bytes.
  func oneOf(_ texts: [[UInt8]]) -> ID {
    func tree(_ texts: ArraySlice<[UInt8]>, _ depth: Int) -> ID {
      var branches: [ID] = []
      var at = texts.startIndex
      if let first = texts.first, first.count == depth {
        branches.append(Self.empty)
        at += 1
      }
      while at < texts.endIndex {
        let head = texts[at][depth]
        var end = at
        while end < texts.endIndex, texts[end][depth] == head { end += 1 }
        // What all of them share is one literal: sorted texts share what the first and the last one do.
        let (first, last) = (texts[at], texts[end - 1])
        var shared = depth + 1
        while shared < min(first.count, last.count), first[shared] == last[shared] { shared += 1 }
        if end - at == 1 { shared = first.count }
        let rest = end - at == 1 ? Self.empty : tree(texts[at..<end], shared)
        branches.append(sequence(literal(first[depth..<shared]), rest))
        at = end
      }
      return union(branches)
    }
    let sorted = Set(texts).sorted { $0.lexicographicallyPrecedes($1) }
    return tree(sorted[...], 0)
  }
}

// MARK: - Derivatives

extension LanguageTable {
  /// What follows each byte: disjoint sets; a byte in none of them leads to `never`. Where the budget ends, some or all
  /// of them are missing, and nothing of it is remembered.
  func moves(_ id: ID) -> [Move] {
    if let known = derivatives[id] { return known }
    if budget.isSpent { return [] }
    budget.charge(1)
    let result = computeMoves(id)
    if !budget.isSpent { derivatives[id] = result }
    return result
  }

  private func computeMoves(_ id: ID) -> [Move] {
    switch nodes[Int(id)] {
    case .never, .empty: return []
    case .bytes(let set): return [Move(bytes: set, next: Self.empty)]
    case .sequence(let first, let second):
      let head = joined(moves(first)) { self.sequence($0, second) }
      return acceptsEmpty(first) ? merged([head, moves(second)]) : head
    case .union(let parts): return merged(parts.map(moves))
    case .intersection(let parts):
      var common: [(bytes: ByteSet, next: [ID])] = moves(parts[0]).map { ($0.bytes, [$0.next]) }
      for part in parts.dropFirst() {
        let others = moves(part)
        budget.charge(common.count * others.count)
        common = common.flatMap { one in
          others.compactMap { other in
            let bytes = one.bytes.intersection(other.bytes)
            return bytes.isEmpty ? nil : (bytes, one.next + [other.next])
          }
        }
      }
      return grouped(common.map { Move(bytes: $0.bytes, next: intersection($0.next)) })
    case .complement(let inner):
      var rest = ByteSet.all
      var result: [Move] = []
      for move in moves(inner) {
        rest = rest.subtracting(move.bytes)
        result.append(Move(bytes: move.bytes, next: complement(move.next)))
      }
      if !rest.isEmpty { result.append(Move(bytes: rest, next: Self.everything)) }
      return grouped(result)
    case .repetition(let inner, let least, let most):
      let rest = repetition(
        inner, min: Swift.max(0, least - 1), max: most == Self.unbounded ? most : most - 1)
      return joined(moves(inner)) { self.sequence($0, rest) }
    case .multiple(let state):
      return grouped(state.moves.map { Move(bytes: ByteSet($0.byte), next: multiple($0.next)) })
    }
  }

  private func joined(_ moves: [Move], _ body: (ID) -> ID) -> [Move] {
    grouped(moves.map { Move(bytes: $0.bytes, next: body($0.next)) })
  }

  /// One move for each language that follows.
  private func grouped(_ moves: [Move]) -> [Move] {
    var result: [Move] = []
    budget.charge(moves.count)
    for move in moves where move.next != Self.never {
      if let at = result.firstIndex(where: { $0.next == move.next }) {
        result[at].bytes = result[at].bytes.union(move.bytes)
      } else {
        result.append(move)
      }
    }
    return result
  }

  private func merged(_ lists: [[Move]]) -> [Move] {
    var result: [(bytes: ByteSet, next: [ID])] = []
    for list in lists {
      for move in list {
        var left = move.bytes
        var at = 0
        let count = result.count
        budget.charge(count)
        while at < count, !left.isEmpty {
          let common = result[at].bytes.intersection(left)
          if !common.isEmpty {
            let apart = result[at].bytes.subtracting(common)
            if !apart.isEmpty { result.append((apart, result[at].next)) }
            result[at] = (common, result[at].next + [move.next])
            left = left.subtracting(common)
          }
          at += 1
        }
        if !left.isEmpty { result.append((left, [move.next])) }
      }
    }
    return grouped(result.map { Move(bytes: $0.bytes, next: union($0.next)) })
  }
}
