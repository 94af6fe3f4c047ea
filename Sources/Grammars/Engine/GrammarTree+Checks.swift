extension GrammarTree {
  /// Removes the alternatives that no finite text can be made of.
  ///
  /// - Parameter budget: pays for looking; where it is spent, the answer says nothing.
  /// - Returns: whether anything is left.
  mutating func prune(_ budget: inout WorkBudget) -> Bool {
    // Rules may need one another: look until nothing new is found.
    var finite = NodeAnswers()
    var isChanging = true
    let inTurn = turns()
    while isChanging, !budget.isSpent {
      budget.charge(finite.known.count + bodies.count)
      isChanging = false
      finite.known = finite.known.filter(\.value)
      for (number, body) in inTurn() where !finite.rules.contains(number) {
        if isFinite(body, &finite) {
          finite.rules.insert(number)
          isChanging = true
        }
      }
    }
    guard isFinite(root, &finite) else { return false }
    var done: [Node: Node] = [:]
    for number in bodies.indices { define(number, pruned(bodies[number], &finite, &done)) }
    root = pruned(root, &finite, &done)
    return true
  }

  /// The rules, forwards and backwards in turn: some are numbered before those that they need, and some after.
  private func turns() -> () -> [(number: Int, body: Node)] {
    var isBackward = true
    let rules = bodies.enumerated().map { (number: $0, body: $1) }
    return {
      isBackward.toggle()
      return isBackward ? rules.reversed() : rules
    }
  }

  /// What is known of rules, and of nodes as far as the rules are known.
  private struct NodeAnswers {
    var rules: Set<Int> = []
    var known: [Node: Bool] = [:]
  }

  /// The parts of a sequence, in a loop, because there may be many.
  private func spine(_ node: Node) -> [Node] {
    var parts: [Node] = []
    var rest = node
    while case .sequence(let first, let second) = kinds[Int(rest)] {
      parts.append(first)
      rest = second
    }
    return parts + [rest]
  }

  private func isFinite(_ node: Node, _ answers: inout NodeAnswers) -> Bool {
    if let known = answers.known[node] { return known }
    let result: Bool
    switch kinds[Int(node)] {
    case .empty, .lexeme: result = true
    case .sequence: result = spine(node).allSatisfy { isFinite($0, &answers) }
    case .choice(let parts): result = parts.contains { isFinite($0, &answers) }
    case .repetition(let part, let least, _): result = least == 0 || isFinite(part, &answers)
    case .rule(let number): result = answers.rules.contains(number)
    }
    answers.known[node] = result
    return result
  }

  private mutating func pruned(
    _ node: Node, _ finite: inout NodeAnswers, _ done: inout [Node: Node]
  ) -> Node {
    if let known = done[node] { return known }
    let result: Node
    if !isFinite(node, &finite) {
      result = never()
    } else {
      switch kinds[Int(node)] {
      case .empty, .lexeme, .rule: result = node
      case .sequence:
        var parts: [Node] = []
        for part in spine(node) { parts.append(pruned(part, &finite, &done)) }
        result = sequence(parts)
      case .choice(let parts):
        var kept: [Node] = []
        for part in parts { kept.append(pruned(part, &finite, &done)) }
        result = choice(kept)
      case .repetition(let part, let least, let most):
        result =
          isFinite(part, &finite)
          ? repetition(
            pruned(part, &finite, &done), Int(least), most == LanguageTable.unbounded ? nil : Int(most))
          : Self.empty
      }
    }
    done[node] = result
    return result
  }

  /// The number of a rule that may begin with itself, without a byte before; nil where there is none.
  ///
  /// - Parameter budget: pays for looking; where it is spent, the answer says nothing.
  func leftRecursiveRule(_ budget: inout WorkBudget) -> Int? {
    var nullable = NodeAnswers()
    var isChanging = true
    let inTurn = turns()
    while isChanging, !budget.isSpent {
      budget.charge(nullable.known.count + bodies.count)
      isChanging = false
      nullable.known = nullable.known.filter(\.value)
      for (number, body) in inTurn() where !nullable.rules.contains(number) {
        if mayBeEmpty(body, &nullable) {
          nullable.rules.insert(number)
          isChanging = true
        }
      }
    }
    var firsts: [Set<Int>] = []
    for body in bodies {
      var result = Set<Int>()
      var seen = Set<Node>()
      firstRules(body, &result, &seen, &nullable)
      firsts.append(result)
    }
    // Rules that begin with no rule are taken away until none is left, or a cycle.
    var beginners = [[Int]](repeating: [], count: bodies.count)
    for (rule, own) in firsts.enumerated() { for first in own { beginners[first].append(rule) } }
    var left = firsts.map(\.count)
    var free = bodies.indices.filter { left[$0] == 0 }
    while let rule = free.popLast() {
      for beginner in beginners[rule] {
        left[beginner] -= 1
        if left[beginner] == 0 { free.append(beginner) }
      }
    }
    return left.firstIndex { $0 > 0 }
  }

  private func mayBeEmpty(_ node: Node, _ answers: inout NodeAnswers) -> Bool {
    if let known = answers.known[node] { return known }
    let result: Bool
    switch kinds[Int(node)] {
    case .empty: result = true
    case .lexeme: result = false
    case .sequence: result = spine(node).allSatisfy { mayBeEmpty($0, &answers) }
    case .choice(let parts): result = parts.contains { mayBeEmpty($0, &answers) }
    case .repetition(let part, let least, _): result = least == 0 || mayBeEmpty(part, &answers)
    case .rule(let number): result = answers.rules.contains(number)
    }
    answers.known[node] = result
    return result
  }

  private func firstRules(
    _ node: Node, _ result: inout Set<Int>, _ seen: inout Set<Node>, _ nullable: inout NodeAnswers
  ) {
    guard seen.insert(node).inserted else { return }
    switch kinds[Int(node)] {
    case .empty, .lexeme: break
    case .sequence:
      for part in spine(node) {
        firstRules(part, &result, &seen, &nullable)
        if !mayBeEmpty(part, &nullable) { break }
      }
    case .choice(let parts): for part in parts { firstRules(part, &result, &seen, &nullable) }
    case .repetition(let part, _, _): firstRules(part, &result, &seen, &nullable)
    case .rule(let number): result.insert(number)
    }
  }
}
