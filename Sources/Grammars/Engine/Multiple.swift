/// The texts of decimal numbers without an exponent that are multiples of `divisor / 10^places`, as an automaton: the
/// remainder so far, and how many places after the point have been read.
struct Multiple: Hashable, Sendable {
  /// Where in the number a text stands.
  private enum Phase: Hashable { case start, sign, zero, digits, point, fraction(Int32) }

  private var divisor: Int64
  private var places: Int32
  private var remainder: Int64 = 0
  private var phase = Phase.start

  /// Multiples of `divisor / 10^places`; both small enough that ten remainders do not overflow.
  init?(divisor: Int64, places: Int) {
    guard divisor > 0, divisor < 1 << 50, places >= 0, places < 15 else { return nil }
    self.divisor = divisor
    self.places = Int32(places)
  }

  /// Whether the text so far is such a number.
  var accepts: Bool {
    switch phase {
    case .start, .sign, .point: return false
    case .zero: return true
    case .digits, .fraction:
      var read: Int32 = 0
      if case .fraction(let count) = phase { read = count }
      var value = remainder
      for _ in 0..<max(0, places - read) { value = value * 10 % divisor }
      return value == 0
    }
  }

  /// What may come next, and what it leads to.
  var moves: [(byte: UInt8, next: Multiple)] {
    var result: [(byte: UInt8, next: Multiple)] = []
    func add(_ byte: UInt8, _ phase: Phase, _ remainder: Int64) {
      var next = self
      next.phase = phase
      next.remainder = remainder
      result.append((byte, next))
    }
    func digits(from first: Int64, _ phase: Phase) {
      for digit in first...9 { add(UInt8(48 + digit), phase, (remainder * 10 + digit) % divisor) }
    }
    switch phase {
    case .start, .sign:
      if phase == .start { add(UInt8(ascii: "-"), .sign, 0) }
      add(UInt8(ascii: "0"), .zero, 0)
      digits(from: 1, .digits)
    case .zero: if places > 0 { add(UInt8(ascii: "."), .point, remainder) }
    case .digits:
      digits(from: 0, .digits)
      if places > 0 { add(UInt8(ascii: "."), .point, remainder) }
    case .point: digits(from: 0, .fraction(1))
    case .fraction(let read):
      if read < places { digits(from: 0, .fraction(read + 1)) }
    }
    return result
  }
}
