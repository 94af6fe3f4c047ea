import Text

/// Compiles a `RegexNode` into a `RegexProgram`.
struct RegexCompiler {
  private var program = RegexProgram()
  private var setIndices: [ScalarSet: Int32] = [:]
  private var captureRegisters: [Int: Int32] = [:]
  private static let cap = 60_000

  static func compile(_ node: RegexNode) throws(PatternError) -> RegexProgram {
    var compiler = RegexCompiler()
    compiler.program.usesBackreferences = compiler.hasBackreference(node)
    try compiler.emit(node)
    try compiler.append(.match)
    compiler.program.start = node.firstScalars.map { ByteFilter($0) }
    compiler.memoise()
    return compiler.program
  }

  /// Gives every choice its memo slot; with back-references a state is more than (instruction, position).
  private mutating func memoise() {
    guard !program.usesBackreferences, program.emptyLoopRegisters.count <= 4 else { return }
    guard !program.assertions.contains(.searchStart) else { return }
    for at in program.instructions.indices {
      switch program.instructions[at].operation {
      case .split, .greedyRun, .lazyRun, .possessiveRun:
        program.instructions[at].slot = Int32(program.slotCount)
        program.slotCount += 1
      default: break
      }
    }
    program.remembersFailures = true
  }

  private func hasBackreference(_ node: RegexNode) -> Bool {
    switch node {
    case .backreference: return true
    case .sequence(let parts), .alternation(let parts): return parts.contains { hasBackreference($0) }
    case .repetition(let body, _, _, _), .capture(let body, _), .atomic(let body), .look(let body, _, _):
      return hasBackreference(body)
    default: return false
    }
  }

  private var next: Int32 { Int32(program.instructions.count) }

  @discardableResult
  private mutating func append(
    _ operation: RegexInstruction.Operation, _ a: Int32 = 0, _ b: Int32 = 0, _ c: Int32 = 0
  ) throws(PatternError) -> Int {
    guard program.instructions.count < Self.cap else {
      throw PatternError(
        .tooLarge, "regular expression: more than \(Self.cap) instructions", mend: "use smaller repeat counts"
      )
    }
    program.instructions.append(RegexInstruction(operation: operation, a: a, b: b, c: c))
    return program.instructions.count - 1
  }

  private mutating func register(_ count: Int = 1) -> Int32 {
    program.registerCount += count
    return Int32(program.registerCount - count)
  }

  private mutating func index(of set: ScalarSet) -> Int32 {
    if let known = setIndices[set] { return known }
    program.sets.append(ScalarTable(set))
    setIndices[set] = Int32(program.sets.count - 1)
    return Int32(program.sets.count - 1)
  }

  private mutating func emit(_ node: RegexNode) throws(PatternError) {
    switch node {
    case .empty: break
    case .set(let set):
      if let scalar = set.single { try literal([scalar]) } else { try append(.set, index(of: set)) }
    case .sequence(let parts): try sequence(parts)
    case .alternation(let parts): try alternation(parts)
    case .repetition(let body, let least, let most, let greed):
      try repetition(body, least, most, greed)
    case .capture(let body, let index): try capture(body, index)
    case .atomic(let body): try atomic(body)
    case .look(let body, let behind, let negated): try look(body, behind, negated)
    case .assertion(let assertion):
      program.assertions.append(assertion)
      try append(.assertion, Int32(program.assertions.count - 1))
    case .backreference(let index):
      try append(.backreference, captureRegister(index))
    }
  }

  private mutating func literal(_ scalars: [UInt32]) throws(PatternError) {
    let start = program.pool.count
    for value in scalars {
      guard let scalar = Unicode.Scalar(value) else { continue }
      program.pool.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    }
    try append(.bytes, Int32(start), Int32(program.pool.count - start))
  }

  private mutating func sequence(_ parts: [RegexNode]) throws(PatternError) {
    var literals: [UInt32] = []
    for part in parts {
      // U+FFFD stays a set: invalid bytes count as it.
      if case .set(let set) = part, let scalar = set.single, scalar != 0xFFFD {
        literals.append(scalar)
        continue
      }
      if !literals.isEmpty { try literal(literals) }
      literals = []
      try emit(part)
    }
    if !literals.isEmpty { try literal(literals) }
  }

  private mutating func filter(_ node: RegexNode) -> Int32 {
    guard let first = node.firstScalars else { return -1 }
    program.filters.append(ByteFilter(first))
    return Int32(program.filters.count - 1)
  }

  private mutating func alternation(_ parts: [RegexNode]) throws(PatternError) {
    var jumps: [Int] = []
    for (number, part) in parts.enumerated() {
      let isLast = number == parts.count - 1
      let split = isLast ? nil : try append(.split, next + 1, 0, filter(part))
      try emit(part)
      if !isLast { jumps.append(try append(.jump)) }
      if let split { program.instructions[split].b = next }
    }
    for jump in jumps { program.instructions[jump].a = next }
  }

  private mutating func repetition(
    _ body: RegexNode, _ least: Int, _ most: Int?, _ greed: RegexNode.Greed
  ) throws(PatternError) {
    if most == 0 { return }
    if case .set(let set) = body {
      let operation: RegexInstruction.Operation =
        greed == .greedy ? .greedyRun : greed == .lazy ? .lazyRun : .possessiveRun
      // `x{n,}` as `x{n-1}x+`: the open run then has one state a position, which the memo needs.
      let fixed = most == nil && least > 1 ? least - 1 : 0
      if fixed > 0 { try append(.possessiveRun, index(of: set), Int32(fixed), Int32(fixed)) }
      try append(operation, index(of: set), Int32(least - fixed), Int32(most ?? -1))
      return
    }
    if greed == .possessive {
      try atomic(.repetition(body, min: least, max: most, greed: .greedy))
      return
    }
    for _ in 0..<least {
      let before = program.instructions.count
      try emit(body)
      // A body that is nothing is nothing however often.
      if program.instructions.count == before { break }
    }
    if let most {
      try optional(body, times: most - least, greed)
    } else {
      try loop(body, greed)
    }
  }

  private mutating func split(_ greed: RegexNode.Greed, _ filter: Int32) throws(PatternError) -> Int {
    greed == .lazy ? try append(.split, 0, next + 1, -1) : try append(.split, next + 1, 0, filter)
  }

  private mutating func exit(_ split: Int, _ greed: RegexNode.Greed, to target: Int32) {
    if greed == .lazy {
      program.instructions[split].a = target
    } else {
      program.instructions[split].b = target
    }
  }

  private mutating func optional(
    _ body: RegexNode, times: Int, _ greed: RegexNode.Greed
  ) throws(PatternError) {
    var splits: [Int] = []
    let filter = filter(body)
    for _ in 0..<times {
      splits.append(try split(greed, filter))
      try emit(body)
    }
    for at in splits { exit(at, greed, to: next) }
  }

  private mutating func loop(_ body: RegexNode, _ greed: RegexNode.Greed) throws(PatternError) {
    let start = next
    let split = try split(greed, filter(body))
    let mayBeEmpty = body.width.min == 0
    var leave: Int?
    if mayBeEmpty {
      let register = register()
      program.emptyLoopRegisters.append(register)
      try append(.save, register)
      try emit(body)
      leave = try append(.leaveIfEmpty, register)
    } else {
      try emit(body)
    }
    try append(.jump, start)
    exit(split, greed, to: next)
    if let leave { program.instructions[leave].b = next }
  }

  private mutating func captureRegister(_ index: Int) -> Int32 {
    if let known = captureRegisters[index] { return known }
    let register = register(2)
    captureRegisters[index] = register
    return register
  }

  private mutating func capture(_ body: RegexNode, _ index: Int) throws(PatternError) {
    guard program.usesBackreferences else { return try emit(body) }
    let register = captureRegister(index)
    try append(.save, register)
    try emit(body)
    try append(.save, register + 1)
  }

  private mutating func atomic(_ body: RegexNode) throws(PatternError) {
    if case .repetition(.set(let set), let least, let most, .greedy) = body {
      return try repetition(.set(set), least, most, .possessive)
    }
    let register = register(2)
    try append(.cutBegin, register)
    try emit(body)
    try append(.cutEnd, register)
  }

  private mutating func look(_ body: RegexNode, _ behind: Bool, _ negated: Bool) throws(PatternError) {
    let register = register(3)
    let begin = try append(.lookBegin, register, 0, negated ? 1 : 0)
    if behind {
      let width = body.width
      try append(.stepBack, 0, Int32(clamping: width.min), Int32(clamping: width.max ?? -1))
      try emit(body)
      try append(.atRegister, register + 1)
    } else {
      try emit(body)
    }
    try append(.lookEnd, register, 0, negated ? 1 : 0)
    program.instructions[begin].b = next
  }
}
