import Text

/// Runs a `RegexProgram` over one text.
///
/// The stack of choices is on the heap, so that no input overflows the call stack. Once a search has taken many
/// more steps than the text has bytes, failed (instruction, position) states are remembered: none is tried twice,
/// which makes the total work linear in the text. Patterns with back-references (and those whose states are too many
/// to be remembered) cannot be handled so; for them a budget of steps bounds each attempt, after which it counts as
/// failed, and a budget for the whole text shortens the attempts once it is used up.
struct Backtracker: ~Copyable {
  private let program: RegexProgram
  private let text: UTF8Text
  private var stack = ChoiceStack()
  private var registers: [Int]
  private var memo: FailureMemo
  private var pc = 0
  private var position = 0
  private var searchStart = 0
  private var steps = 0
  private var epoch = 0
  private var epochs = 0

  init(_ program: RegexProgram, _ text: UTF8Text) {
    self.program = program
    self.text = text
    registers = [Int](repeating: -1, count: program.registerCount)
    memo = FailureMemo(slots: program.slotCount, emptyLoops: program.emptyLoopRegisters.count)
  }

  /// Leftmost match that begins at or after `start`.
  mutating func search(from start: Int) -> Range<Int>? {
    searchStart = start
    memo.beginSearch(at: start, textEnd: text.count)
    var at = start
    while true {
      if let filter = program.start {
        while at < text.count, !filter.contains(text.base[at]) { at += 1 }
        if at >= text.count { return nil }
      }
      if let end = run(from: at) {
        memo.forget(position: end)
        return at..<end
      }
      if at >= text.count { return nil }
      at += text.scalar(at: at).length
    }
  }

  private mutating func run(from start: Int) -> Int? {
    pc = 0
    position = start
    epoch = 0
    stack.removeAll()
    var budget = steps + (steps > Self.totalBudget ? 10_000 : 10_000_000 + 16 * text.count)
    if program.remembersFailures, !memo.isTooLarge { budget = Int.max }
    while true {
      steps &+= 1
      let instruction = program.instructions[pc]
      if instruction.operation == .match { return position }
      if steps < budget ? perform(instruction) : false { continue }
      if steps >= budget || !resume() { return nil }
      // Remembering turned out to be too dear while this attempt was under way.
      if budget == Int.max, memo.isTooLarge { budget = steps + 10_000_000 + 16 * text.count }
    }
  }

  private static let totalBudget = 100_000_000

  /// Carries out one instruction; false when the current path fails.
  @inline(__always)
  private mutating func perform(_ instruction: RegexInstruction) -> Bool {
    switch instruction.operation {
    case .set:
      guard position < text.count else { return false }
      let (scalar, length) = text.scalar(at: position)
      guard program.sets[Int(instruction.a)].contains(scalar) else { return false }
      position += length
      pc += 1
      return true
    case .bytes: return literal(instruction)
    case .split: return split(instruction)
    case .jump:
      pc = Int(instruction.a)
      return true
    case .greedyRun, .possessiveRun: return greedyRun(instruction)
    case .lazyRun: return lazyRun(instruction)
    case .assertion:
      pc += 1
      return holds(program.assertions[Int(instruction.a)])
    default: return performRare(instruction)
    }
  }

  @inline(__always)
  private mutating func literal(_ instruction: RegexInstruction) -> Bool {
    let count = Int(instruction.b)
    guard position + count <= text.count else { return false }
    for offset in 0..<count where text.base[position + offset] != program.pool[Int(instruction.a) + offset] {
      return false
    }
    position += count
    pc += 1
    return true
  }

  @inline(__always)
  private mutating func split(_ instruction: RegexInstruction) -> Bool {
    if instruction.c >= 0 {
      guard position < text.count, program.filters[Int(instruction.c)].contains(text.base[position]) else {
        pc = Int(instruction.b)
        return true
      }
    }
    if hasFailed(instruction.slot, position) { return false }
    stack.push(Choice(kind: .resume, target: instruction.b, position: position))
    pc = Int(instruction.a)
    return true
  }

  private mutating func greedyRun(_ instruction: RegexInstruction) -> Bool {
    let set = program.sets[Int(instruction.a)]
    let least = Int(instruction.b)
    let most = instruction.c < 0 ? Int.max : Int(instruction.c)
    let isTracked = instruction.slot >= 0 && (memo.isActive || memo.shouldActivate(afterSteps: steps))
    if isTracked, most != Int.max || least > 1, hasFailed(instruction.slot, position) { return false }
    var at = position
    var count = 0
    var floor = least == 0 ? position : -1
    let tracksEach = isTracked && most == Int.max && least <= 1 && epoch == 0
    while true {
      // From a position that has failed before, this run fails too: only the earlier ones are left to try.
      if tracksEach, count >= least, hasFailed(instruction.slot, at) {
        steps &+= count
        guard count > least, instruction.operation == .greedyRun else { return false }
        at = text.before(at)
        break
      }
      guard count < most, at < text.count else { break }
      let (scalar, length) = text.scalar(at: at)
      guard set.contains(scalar) else { break }
      at += length
      count += 1
      if count == least { floor = at }
    }
    steps &+= count
    guard floor >= 0 else { return false }
    pc += 1
    position = at
    if instruction.operation == .greedyRun, at > floor {
      stack.push(Choice(kind: .shorten, target: Int32(pc), position: at, limit: floor))
    }
    return true
  }

  private mutating func lazyRun(_ instruction: RegexInstruction) -> Bool {
    if hasFailed(instruction.slot, position) { return false }
    let set = program.sets[Int(instruction.a)]
    var at = position
    for _ in 0..<Int(instruction.b) {
      guard at < text.count else { return false }
      let (scalar, length) = text.scalar(at: at)
      guard set.contains(scalar) else { return false }
      at += length
    }
    position = at
    let left = instruction.c < 0 ? Int.max : Int(instruction.c - instruction.b)
    if left > 0 { stack.push(Choice(kind: .lengthen, target: Int32(pc), position: at, limit: left)) }
    pc += 1
    return true
  }

  private func holds(_ assertion: RegexNode.Assertion) -> Bool {
    switch assertion {
    case .textStart: return position == 0
    case .textEnd: return position == text.count
    case .textEndOrLastNewline:
      return position == text.count || (position == text.count - 1 && text.base[position] == 10)
    case .lineStart: return position == 0 || (position < text.count && text.base[position - 1] == 10)
    case .lineEnd: return position == text.count || text.base[position] == 10
    case .searchStart: return position == searchStart
    case .wordBoundary: return isWordBoundary
    case .notWordBoundary: return !isWordBoundary
    }
  }

  private var isWordBoundary: Bool {
    let before = text.scalar(before: position).map { UnicodeTables.packed[$0] & UnicodeTables.wordBit != 0 }
    let after = position < text.count ? text.scalar(at: position).value : nil
    let isAfter = after.map { UnicodeTables.packed[$0] & UnicodeTables.wordBit != 0 }
    return (before ?? false) != (isAfter ?? false)
  }

  // MARK: loops, cuts and look-around

  private mutating func performRare(_ instruction: RegexInstruction) -> Bool {
    let register = Int(instruction.a)
    pc += 1
    switch instruction.operation {
    case .save:
      stack.push(Choice(kind: .restore, target: instruction.a, position: registers[register]))
      registers[register] = position
    case .leaveIfEmpty:
      if registers[register] == position { pc = Int(instruction.b) }
    case .backreference: return backreference(register)
    case .cutBegin:
      registers[register] = stack.count
      registers[register + 1] = epoch
      enterEpoch()
    case .cutEnd:
      cut(to: registers[register])
      epoch = registers[register + 1]
    case .lookBegin: lookBegin(instruction)
    case .lookEnd:
      cut(to: registers[register])
      position = registers[register + 1]
      epoch = registers[register + 2]
      return instruction.c == 0
    case .stepBack:
      for _ in 0..<Int(instruction.b) {
        guard position > 0 else { return false }
        position = text.before(position)
      }
      let left = instruction.c < 0 ? Int.max : Int(instruction.c - instruction.b)
      if left > 0 {
        stack.push(Choice(kind: .stepBack, target: Int32(pc), position: position, limit: left))
      }
    case .atRegister: return registers[register] == position
    default: return false
    }
    return true
  }

  private mutating func backreference(_ register: Int) -> Bool {
    let start = registers[register]
    let end = registers[register + 1]
    guard start >= 0, end >= start, position + end - start <= text.count else { return false }
    for offset in 0..<(end - start) where text.base[start + offset] != text.base[position + offset] {
      return false
    }
    position += end - start
    return true
  }

  private mutating func lookBegin(_ instruction: RegexInstruction) {
    let register = Int(instruction.a)
    registers[register] = stack.count
    registers[register + 1] = position
    registers[register + 2] = epoch
    if instruction.c == 1 {
      stack.push(Choice(kind: .resume, target: instruction.b, position: position))
    }
    enterEpoch()
  }

  /// States inside a body that is cut off are known to fail only for this entry of it.
  private mutating func enterEpoch() {
    stack.push(Choice(kind: .epoch, target: 0, position: epoch))
    epochs += 1
    epoch = epochs
  }

  private mutating func cut(to height: Int) {
    stack.cut(to: height, keepingRestores: program.usesBackreferences || !program.emptyLoopRegisters.isEmpty)
  }

  /// Takes up the latest choice; false when there is none.
  private mutating func resume() -> Bool {
    while let choice = stack.pop() {
      switch choice.kind {
      case .resume:
        pc = Int(choice.target)
        position = choice.position
        return true
      case .shorten:
        pc = Int(choice.target)
        position = text.before(choice.position)
        if position > choice.limit {
          stack.push(Choice(kind: .shorten, target: choice.target, position: position, limit: choice.limit))
        }
        return true
      case .lengthen:
        if lengthen(choice) { return true }
      case .stepBack:
        guard choice.position > 0 else { continue }
        pc = Int(choice.target)
        position = text.before(choice.position)
        if choice.limit > 1 {
          stack.push(
            Choice(kind: .stepBack, target: choice.target, position: position, limit: choice.limit - 1))
        }
        return true
      case .restore: registers[Int(choice.target)] = choice.position
      case .epoch: epoch = choice.position
      }
    }
    return false
  }

  private mutating func lengthen(_ choice: Choice) -> Bool {
    let instruction = program.instructions[Int(choice.target)]
    guard choice.position < text.count else { return false }
    let (scalar, length) = text.scalar(at: choice.position)
    guard program.sets[Int(instruction.a)].contains(scalar) else { return false }
    position = choice.position + length
    // Another run that got here before has tried all that follows.
    if instruction.c < 0, instruction.b == 0, hasFailed(instruction.slot, position) { return false }
    pc = Int(choice.target) + 1
    if choice.limit > 1 {
      stack.push(
        Choice(kind: .lengthen, target: choice.target, position: position, limit: choice.limit - 1))
    }
    return true
  }

  /// Whether this state has been tried before; marks it as tried.
  @inline(__always)
  private mutating func hasFailed(_ slot: Int32, _ at: Int) -> Bool {
    guard slot >= 0, memo.isActive || memo.shouldActivate(afterSteps: steps) else { return false }
    var key = Int(slot)
    for register in program.emptyLoopRegisters { key = key << 1 | (registers[Int(register)] == at ? 1 : 0) }
    return memo.mark(key, at, epoch: epoch)
  }
}
