import Text

/// One instruction of the backtracking machine; what `a`, `b`, `c` mean depends on the operation.
struct RegexInstruction: Sendable {
  enum Operation: UInt8, Sendable {
    /// The scalar is in set `a`.
    case set
    /// Literal bytes: `b` bytes from `a` in the program's pool.
    case bytes
    /// Goes on at `a`; when that fails at `b`. `c` names the first-byte filter of `a`, or is -1.
    case split
    case jump
    /// Set `a`, from `b` to `c` (-1: any) times, longest first.
    case greedyRun
    /// As `greedyRun`, shortest first.
    case lazyRun
    /// As `greedyRun`, never giving back.
    case possessiveRun
    case assertion
    /// Stores the position in register `a`.
    case save
    /// Loop body ends: goes to `b` when nothing was consumed since register `a` was stored.
    case leaveIfEmpty
    case backreference
    /// Remembers the height of the stack (register `a`) and the epoch (`a + 1`).
    case cutBegin
    /// Drops every choice made since `cutBegin` of register `a`.
    case cutEnd
    /// As `cutBegin`, for a look-around: register `a` holds the height, `a + 1` the position, `a + 2` the epoch.
    /// When negated (`c` = 1), a failing body goes on at `b`.
    case lookBegin
    /// The body matched: cut, return to the position; fail when negated (`c` = 1).
    case lookEnd
    /// Steps back `b` to `c` (-1: any number of) scalars.
    case stepBack
    /// The position is that of register `a`.
    case atRegister
    case match
  }

  var operation: Operation
  var a: Int32 = 0
  var b: Int32 = 0
  var c: Int32 = 0
  /// Index of the memo slot of `split` and runs, -1 for none.
  var slot: Int32 = -1
}

/// What a parsed expression is compiled to.
struct RegexProgram: Sendable {
  var instructions: [RegexInstruction] = []
  var sets: [ScalarTable] = []
  var pool: [UInt8] = []
  var assertions: [RegexNode.Assertion] = []
  /// 256 bits each: which bytes a branch can begin with.
  var filters: [ByteFilter] = []
  var registerCount = 0
  var slotCount = 0
  /// Position registers of loops whose body may be empty; their state is part of the memo key.
  var emptyLoopRegisters: [Int32] = []
  var usesBackreferences = false
  /// Whether a state that failed can be told from others by the instruction and the position.
  var remembersFailures = false
  /// Which bytes a match can begin with; nil when it may be empty.
  var start: ByteFilter?
}

/// A set of bytes.
struct ByteFilter: Sendable {
  var bits: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// The first bytes of the UTF-8 of the members; invalid bytes count as U+FFFD.
  init(_ set: ScalarSet) {
    for range in set.ranges {
      for byte in Self.lead(range.lowerBound)...Self.lead(range.upperBound) { insert(byte) }
    }
    if set.contains(0xFFFD) { for byte in UInt8(0x80)...0xFF { insert(byte) } }
  }

  private static func lead(_ scalar: UInt32) -> UInt8 {
    if scalar < 0x80 { return UInt8(scalar) }
    if scalar < 0x800 { return UInt8(0xC0 | scalar >> 6) }
    if scalar < 0x10000 { return UInt8(0xE0 | scalar >> 12) }
    return UInt8(0xF0 | scalar >> 18)
  }

  private mutating func insert(_ byte: UInt8) {
    let bit = UInt64(1) << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: bits.0 |= bit
    case 1: bits.1 |= bit
    case 2: bits.2 |= bit
    default: bits.3 |= bit
    }
  }

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    let word: UInt64
    switch byte >> 6 {
    case 0: word = bits.0
    case 1: word = bits.1
    case 2: word = bits.2
    default: word = bits.3
    }
    return word >> UInt64(byte & 63) & 1 != 0
  }
}
