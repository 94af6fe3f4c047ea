/// How many tokens a run computes, where fewer are asked for.
///
/// A processor's plugin makes kernels for every number of tokens that it meets, keeps them, and takes a tenth of a second
/// for it: with a number of its own for every step a server would grow by gigabytes, and wait for each. So a run is filled
/// up to one of few numbers, four between a power of two and the next, eight where a token more takes its time.
package enum RunLength {
  /// The number of tokens that is computed for `count`.
  package static func rounded(_ count: Int) -> Int {
    guard count > 1 else { return 1 }
    let power = 1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    let grain = max(1, power / (count <= 64 ? 4 : 8))
    return (count + grain - 1) / grain * grain
  }

  /// The most that is added to any number up to `count`.
  package static func mostAdded(upTo count: Int) -> Int {
    rounded(max(1, count)) / 5 + 1
  }
}
