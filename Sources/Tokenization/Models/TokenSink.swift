/// Receives the tokens of a text.
struct TokenSink {
  /// The ids so far.
  var ids: [Int] = []
  /// The length of each token in bytes of the normalized text, kept only when `recordsLengths`.
  var lengths: [Int] = []
  let recordsLengths: Bool

  init(recordsLengths: Bool) { self.recordsLengths = recordsLengths }

  @inline(__always)
  mutating func append(_ id: UInt32, length: Int) {
    ids.append(Int(id))
    if recordsLengths { lengths.append(length) }
  }
}
