/// A choice that the matcher can come back to, or a value to put back on the way.
struct Choice {
  enum Kind: UInt8 {
    /// Go on at instruction `target` from `position`.
    case resume
    /// A run that ended at `position` gives one scalar back, down to `limit`.
    case shorten
    /// A lazy run takes one scalar more, at most `limit` more.
    case lengthen
    /// A look-behind starts one scalar earlier, at most `limit` more.
    case stepBack
    /// Register `target` had the value `position`.
    case restore
    /// The memo epoch was `position`.
    case epoch
  }

  var kind: Kind
  var target: Int32
  var position: Int
  var limit = 0
}

/// A growing stack in one allocation.
struct ChoiceStack: ~Copyable {
  private var storage: UnsafeMutablePointer<Choice>
  private var capacity: Int
  private(set) var count = 0

  init() {
    capacity = 64
    storage = .allocate(capacity: 64)
  }

  deinit { storage.deallocate() }

  mutating func removeAll() { count = 0 }

  @inline(__always)
  mutating func push(_ choice: Choice) {
    if count == capacity { grow() }
    (storage + count).initialize(to: choice)
    count += 1
  }

  @inline(__always)
  mutating func pop() -> Choice? {
    if count == 0 { return nil }
    count -= 1
    return storage[count]
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Choice>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: storage, count: count)
    storage.deallocate()
    storage = larger
    capacity *= 2
  }

  /// Drops what lies above `height`; restores stay when registers must still be put back later.
  mutating func cut(to height: Int, keepingRestores: Bool) {
    guard count > height else { return }
    var kept = height
    if keepingRestores {
      for at in height..<count where storage[at].kind == .restore {
        storage[kept] = storage[at]
        kept += 1
      }
    }
    count = kept
  }
}

/// Which (slot, position) states have been tried. Inside look-arounds a state is known only for one entry of the
/// look-around (its epoch), because success there does not mean success of the whole; the same in atomic groups.
struct FailureMemo {
  private let keys: Int
  private var base = 0
  private var end = 0
  private var limit = Int.max
  private var bits: [UInt64] = []
  private var inLooks: Set<LookKey> = []
  private(set) var isActive = false
  /// Whether the states of this text are too many to be remembered: more than 64 MB of bits.
  private(set) var isTooLarge = false
  private static let mostBits = 1 << 29

  private struct LookKey: Hashable {
    var epoch: Int
    var key: Int
    var position: Int
  }

  init(slots: Int, emptyLoops: Int) {
    keys = slots << emptyLoops
  }

  mutating func beginSearch(at start: Int, textEnd: Int) {
    if limit == Int.max { limit = 4096 + 16 * (textEnd - start) }
    if !isActive {
      base = start
      end = textEnd
    }
  }

  /// Memory is spent only on searches that have proved costly.
  @inline(__always)
  mutating func shouldActivate(afterSteps steps: Int) -> Bool {
    if steps < limit { return false }
    activate()
    return isActive
  }

  private mutating func activate() {
    let (count, overflow) = keys.multipliedReportingOverflow(by: end - base + 1)
    guard !overflow, count <= Self.mostBits else {
      isTooLarge = true
      limit = Int.max - 1
      return
    }
    bits = [UInt64](repeating: 0, count: count / 64 + 1)
    isActive = true
  }

  mutating func mark(_ key: Int, _ position: Int, epoch: Int) -> Bool {
    if inLooks.count > 1 << 20 { inLooks.removeAll(keepingCapacity: true) }
    if epoch > 0 { return !inLooks.insert(LookKey(epoch: epoch, key: key, position: position)).inserted }
    let index = (position - base) * keys + key
    let bit = UInt64(1) << UInt64(index & 63)
    if bits[index >> 6] & bit != 0 { return true }
    bits[index >> 6] |= bit
    return false
  }

  /// The states at the end of a match lie on its successful path: they have not failed.
  mutating func forget(position: Int) {
    guard isActive else { return }
    inLooks.removeAll(keepingCapacity: true)
    let first = (position - base) * keys
    for index in first..<first + keys { bits[index >> 6] &= ~(UInt64(1) << UInt64(index & 63)) }
  }
}
