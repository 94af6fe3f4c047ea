/// Text being edited, with a cursor between its characters; it may have several lines.
package struct LineBuffer: Equatable {
  /// The text.
  package private(set) var characters: [Character] = []
  /// How many characters are before the cursor.
  package private(set) var cursor = 0
  private var killed: [Character] = []

  /// An empty text.
  package init() {}

  /// The text as a string.
  package var text: String { String(characters) }
  package var isEmpty: Bool { characters.isEmpty }

  /// Replaces everything; the cursor is at the end.
  package mutating func replace(_ text: String) {
    characters = Array(text)
    cursor = characters.count
  }

  /// Replaces so many characters before the cursor.
  package mutating func replace(_ count: Int, before text: String) {
    let start = max(0, cursor - count)
    characters.removeSubrange(start..<cursor)
    cursor = start
    insert(text)
  }

  /// The text before the cursor.
  package var textBeforeCursor: String { String(characters[..<cursor]) }

  /// Inserts at the cursor. Characters that combine with the one before it join it.
  package mutating func insert(_ text: String) {
    let before = Array(String(characters[..<cursor]) + text)
    characters = Array(String(before) + String(characters[cursor...]))
    cursor = min(before.count, characters.count)
  }

  package mutating func deleteBackward() {
    guard cursor > 0 else { return }
    cursor -= 1
    characters.remove(at: cursor)
  }

  package mutating func deleteForward() {
    guard cursor < characters.count else { return }
    characters.remove(at: cursor)
  }

  package mutating func moveLeft() { cursor = max(0, cursor - 1) }
  package mutating func moveRight() { cursor = min(characters.count, cursor + 1) }
  /// To the beginning of the cursor's line.
  package mutating func moveHome() { cursor = lineStart }
  /// To the end of the cursor's line.
  package mutating func moveEnd() { cursor = lineEnd }
  package mutating func moveWordLeft() { cursor = wordStart }

  package mutating func moveWordRight() {
    while cursor < characters.count, !Self.isWord(characters[cursor]) { cursor += 1 }
    while cursor < characters.count, Self.isWord(characters[cursor]) { cursor += 1 }
  }

  /// One line up or down in the same column.
  /// - Returns: False where there is no such line.
  package mutating func moveVertically(_ direction: Int) -> Bool {
    let column = cursor - lineStart
    if direction < 0 {
      guard lineStart > 0 else { return false }
      cursor = lineStart - 1
    } else {
      guard lineEnd < characters.count else { return false }
      cursor = lineEnd + 1
    }
    cursor = min(lineStart + column, lineEnd)
    return true
  }

  /// Removes from the cursor to the end of its line; at the end, the line break.
  package mutating func killToEnd() {
    kill(cursor..<(lineEnd == cursor ? min(cursor + 1, characters.count) : lineEnd))
  }
  /// Removes from the beginning of the cursor's line to the cursor.
  package mutating func killToStart() { kill(lineStart..<cursor) }

  /// Removes the word before the cursor, up to white space.
  package mutating func killWord() {
    var start = cursor
    while start > 0, characters[start - 1].isWhitespace { start -= 1 }
    while start > 0, !characters[start - 1].isWhitespace { start -= 1 }
    kill(start..<cursor)
  }

  /// Inserts what was removed last.
  package mutating func yank() { insert(String(killed)) }

  private mutating func kill(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    killed = Array(characters[range])
    characters.removeSubrange(range)
    cursor = range.lowerBound
  }

  private var lineStart: Int { characters[..<cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0 }
  private var lineEnd: Int { characters[cursor...].firstIndex(of: "\n") ?? characters.count }

  private var wordStart: Int {
    var start = cursor
    while start > 0, !Self.isWord(characters[start - 1]) { start -= 1 }
    while start > 0, Self.isWord(characters[start - 1]) { start -= 1 }
    return start
  }

  private static func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }
}
