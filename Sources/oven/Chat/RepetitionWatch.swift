/// Notices that an answer says the same again and again, as small models do that have lost their way: it would go on to
/// the limit.
package struct RepetitionWatch: Sendable {
  /// An answer must have repeated itself for so many bytes, and so many times. A list that a user asked for, a hundred
  /// lines that are alike, is shorter.
  private static let leastBytes = 4096
  private static let leastTimes = 8
  /// What is looked at: the end of the answer.
  private static let window = 1 << 14
  /// Bytes between two looks.
  private static let stride = 256

  private var end: [UInt8] = []
  private var unseen = 0

  /// Whether the answer goes round in a circle. It stays so.
  package private(set) var isCircle = false

  /// Begins with an empty answer.
  package init() {}

  /// Takes note of what comes next in the answer.
  package mutating func add(_ text: String) {
    guard !isCircle else { return }
    end.append(contentsOf: text.utf8)
    unseen += text.utf8.count
    guard unseen >= Self.stride, end.count >= Self.leastBytes else { return }
    unseen = 0
    // The oldest goes in large pieces, so that what stays is seldom moved.
    if end.count >= Self.window * 2 { end.removeFirst(end.count - Self.window) }
    isCircle = Self.isCircle(end.suffix(Self.window))
  }

  /// Whether some end of the bytes is long enough and one piece, again and again.
  private static func isCircle(_ bytes: ArraySlice<UInt8>) -> Bool {
    let bytes = Array(bytes.reversed())
    // Of every beginning, the longest shorter one that it also ends with (Knuth, Morris and Pratt): the difference is
    // the length of the shortest piece that makes it up.
    var borders = [0]
    var border = 0
    for index in bytes.indices.dropFirst() {
      while border > 0, bytes[index] != bytes[border] { border = borders[border - 1] }
      if bytes[index] == bytes[border] { border += 1 }
      borders.append(border)
      let length = index + 1
      if length >= leastBytes, length >= (length - border) * leastTimes { return true }
    }
    return false
  }
}
