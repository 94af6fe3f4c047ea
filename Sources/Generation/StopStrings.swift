/// Finds texts that end an answer, across the borders of the pieces in which it comes, and holds back only what may
/// still become one.
package struct StopStrings: Sendable {
  /// What became of a piece.
  package struct Outcome: Sendable, Equatable {
    /// Text that certainly belongs to the answer.
    package var text: String
    /// The stop string that ended the answer.
    package var stop: String?
  }

  private var searches: [Search]
  private var held: [UInt8] = []

  /// Looks for any of `texts`, none of them empty.
  package init(_ texts: [String]) {
    searches = texts.filter { !$0.isEmpty }.map(Search.init)
  }

  /// Adds a piece. After a stop string was found, nothing more is to be added.
  package mutating func append(_ piece: String) -> Outcome {
    if searches.isEmpty { return Outcome(text: piece) }
    for byte in piece.utf8 {
      held.append(byte)
      var found: Search?
      for index in searches.indices where searches[index].take(byte) {
        if searches[index].bytes.count > found?.bytes.count ?? 0 { found = searches[index] }
      }
      if let found {
        held.removeLast(found.bytes.count)
        return Outcome(text: release(keeping: 0), stop: String(decoding: found.bytes, as: UTF8.self))
      }
    }
    return Outcome(text: release(keeping: searches.map(\.matched).max() ?? 0))
  }

  /// The text that was held back, when the answer ends for another reason.
  package mutating func finish() -> String { release(keeping: 0) }

  /// A stop string begins with a whole character, so what is released ends with one.
  private mutating func release(keeping count: Int) -> String {
    let text = String(decoding: held.dropLast(count), as: UTF8.self)
    held.removeFirst(held.count - count)
    return text
  }

  /// One stop string and how much of it the text ends with (Knuth, Morris and Pratt).
  private struct Search: Sendable {
    let bytes: [UInt8]
    private let borders: [Int]
    private(set) var matched = 0

    init(_ text: String) {
      bytes = Array(text.utf8)
      var borders = [0]
      var length = 0
      for index in bytes.indices.dropFirst() {
        while length > 0, bytes[index] != bytes[length] { length = borders[length - 1] }
        if bytes[index] == bytes[length] { length += 1 }
        borders.append(length)
      }
      self.borders = borders
    }

    mutating func take(_ byte: UInt8) -> Bool {
      if matched == bytes.count { matched = 0 }
      while matched > 0, byte != bytes[matched] { matched = borders[matched - 1] }
      if byte == bytes[matched] { matched += 1 }
      return matched == bytes.count
    }
  }
}
