/// The automata of lexemes, built state by state as texts need them, and what tokens each state allows.
///
/// A lexeme is a language (its number in the table). A state says, for each lexeme that may stand here, what is still
/// to come of it; so all grammars over one vocabulary share the states of what they have in common, above all those
/// inside of a JSON string.
final class Lexer {
  typealias Language = LanguageTable.ID
  /// The number of a state.
  typealias State = Int32

  /// No state: the byte may not come.
  static let dead: Int32 = -1
  /// Not found out yet, or not to be found out within the budget: then it counts as one that may not come.
  static let unknown: Int32 = -2
  /// A state's row of the table takes the memory of so many parts of languages.
  private static let costOfState = 64

  let languages = LanguageTable()
  let vocabulary: GrammarVocabulary

  /// What is to come of a lexeme.
  private struct Thread: Hashable {
    var lexeme: Language
    var rest: Language
  }

  private var threads: [[Thread]] = []
  private var numbers: [[Thread]: State] = [:]
  /// The lexemes that are complete in a state.
  private(set) var complete: [[Language]] = []
  /// For each state and byte the next state, doubled, plus one where a lexeme is complete in it.
  private(set) var table: UnsafeMutablePointer<Int32>
  private var capacity = 256
  private var walks: [State: LexerWalk] = [:]
  private var runs: [State: Int] = [:]
  private var successors: [State: Set<State>?] = [:]
  private var nearby: [State: State] = [:]

  init(vocabulary: GrammarVocabulary) {
    self.vocabulary = vocabulary
    table = .allocate(capacity: capacity * 256)
  }

  deinit { table.deallocate() }

  var stateCount: Int { threads.count }

  /// The state before the first byte of some lexemes.
  func start(_ lexemes: [Language]) -> State {
    state(Set(lexemes).sorted().map { Thread(lexeme: $0, rest: $0) })
  }

  private func state(_ key: [Thread]) -> State {
    if let known = numbers[key] { return known }
    let number = State(threads.count)
    numbers[key] = number
    threads.append(key)
    complete.append(key.filter { languages.acceptsEmpty($0.rest) }.map(\.lexeme))
    if threads.count > capacity { grow() }
    languages.budget.charge(Self.costOfState)
    table.advanced(by: Int(number) * 256).initialize(repeating: Self.unknown, count: 256)
    return number
  }

  private func grow() {
    let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity * 2 * 256)
    larger.moveInitialize(from: table, count: capacity * 256)
    table.deallocate()
    table = larger
    capacity *= 2
  }

  /// The state after a byte, doubled, plus one where a lexeme is complete in it; negative where there is none.
  func next(_ state: State, _ byte: UInt8) -> Int32 {
    let entry = table[Int(state) << 8 | Int(byte)]
    if entry != Self.unknown || languages.budget.isSpent { return entry }
    expand(state)
    return table[Int(state) << 8 | Int(byte)]
  }

  /// Whether a lexeme could go on after this state.
  func goesOn(_ state: State) -> Bool {
    threads[Int(state)].contains { !languages.moves($0.rest).isEmpty }
  }

  /// Computes what follows every byte, if the budget lasts.
  func expand(_ state: State) {
    // Bytes that no thread tells apart are one class.
    var classes: [ByteSet] = [.all]
    var seen: Set<ByteSet> = []
    let moves = threads[Int(state)].map { (lexeme: $0.lexeme, moves: languages.moves($0.rest)) }
    for (_, moves) in moves {
      for move in moves where seen.insert(move.bytes).inserted {
        for index in classes.indices {
          let inside = classes[index].intersection(move.bytes)
          if inside.isEmpty { continue }
          let outside = classes[index].subtracting(move.bytes)
          if outside.isEmpty { continue }
          classes[index] = inside
          classes.append(outside)
        }
      }
    }
    var classOf = [Int](repeating: 0, count: 256)
    for (index, bytes) in classes.enumerated() { bytes.forEach { classOf[Int($0)] = index } }
    var keys = [[Thread]](repeating: [], count: classes.count)
    for (lexeme, moves) in moves {
      for move in moves where languages.hasText(move.next) {
        let thread = Thread(lexeme: lexeme, rest: move.next)
        var left = move.bytes
        while !left.isEmpty {
          let index = classOf[Int(left.first)]
          keys[index].append(thread)
          left = left.subtracting(classes[index])
        }
      }
    }
    if languages.budget.isSpent { return }
    for (bytes, key) in zip(classes, keys) {
      var entry = Self.dead
      if !key.isEmpty {
        let target = self.state(key)
        entry = target << 1 | (complete[Int(target)].isEmpty ? 0 : 1)
      }
      let row = table.advanced(by: Int(state) * 256)
      bytes.forEach { row[Int($0)] = entry }
    }
  }

  /// A state from which every token does what it does from this one, the same one for many: lexemes end at the same places,
  /// while how far counters are from their limits is forgotten where no token reaches these.
  func near(_ state: State) -> State {
    if let known = nearby[state] { return known }
    let reach = vocabulary.trie.depth
    let result = self.state(
      threads[Int(state)].map { Thread(lexeme: $0.lexeme, rest: languages.near($0.rest, reach: reach)) })
    if !languages.budget.isSpent { nearby[state] = result }
    return result
  }

  /// What the tokens do from a state, remembered for the states that come most.
  func walk(_ place: State) -> LexerWalk {
    let state = near(place)
    if let known = walks[state] { return known }
    if walks.count >= 1024 { walks.removeAll() }
    let computed = LexerWalk(self, from: state)
    // What the budget cut short goes further the next time.
    if computed.isWhole { walks[state] = computed }
    return computed
  }
}

// MARK: - Plain characters

extension Lexer {
  /// Whether `count` characters of any kind, without quotes, backslashes and controls, may follow a state.
  func allowsPlain(_ state: State, _ count: Int) -> Bool {
    if threads[Int(state)].contains(where: { languages.plainCharacters($0.rest) >= count }) { return true }
    var level: Set<State> = [state]
    for left in stride(from: count, to: 0, by: -1) {
      var next: Set<State> = []
      for state in level where runs[state] ?? 0 < left {
        guard let reached = plainSuccessors(state) else { return false }
        // A state that leads to itself alone goes on for ever.
        if reached == [state] { runs[state] = .max } else { next.formUnion(reached) }
      }
      if next.count > 16 { return false }
      if next.isEmpty { break }
      level = next
    }
    runs[state] = max(runs[state] ?? 0, count)
    return true
  }

  private func plainSuccessors(_ state: State) -> Set<State>? {
    if let known = successors[state] { return known }
    let computed = afterPlainCharacter(state)
    if !languages.budget.isSpent { successors[state] = .some(computed) }
    return computed
  }

  /// The states after one plain character; nil where some character may not come.
  private func afterPlainCharacter(_ state: State) -> Set<State>? {
    var result: Set<State> = []
    func step(_ states: Set<State>, _ range: ClosedRange<UInt8>) -> Set<State>? {
      var reached: Set<State> = []
      var last = Self.unknown
      for state in states {
        for byte in range {
          let entry = next(state, byte)
          if entry < 0 { return nil }
          if entry != last { reached.insert(entry >> 1) }
          last = entry
        }
      }
      return reached
    }
    for range: ClosedRange<UInt8> in [0x20...0x21, 0x23...0x5B, 0x5D...0x7F] {
      guard let reached = step([state], range) else { return nil }
      result.formUnion(reached)
    }
    let tail: ClosedRange<UInt8> = 0x80...0xBF
    // Leads of two, three and four bytes, with the second bytes that make well-formed characters (Unicode, table 3-7).
    let leads: [(ClosedRange<UInt8>, [ClosedRange<UInt8>])] = [
      (0xC2...0xDF, [tail]), (0xE0...0xE0, [0xA0...0xBF, tail]), (0xE1...0xEC, [tail, tail]),
      (0xED...0xED, [0x80...0x9F, tail]), (0xEE...0xEF, [tail, tail]),
      (0xF0...0xF0, [0x90...0xBF, tail, tail]), (0xF1...0xF3, [tail, tail, tail]),
      (0xF4...0xF4, [0x80...0x8F, tail, tail]),
    ]
    for (lead, tails) in leads {
      guard var states = step([state], lead) else { return nil }
      for range in tails {
        guard let reached = step(states, range) else { return nil }
        states = reached
      }
      result.formUnion(states)
    }
    return result
  }
}
