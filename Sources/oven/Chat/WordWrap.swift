/// Breaks a line between words while it is being written. What is held back is at most a word.
struct WordWrap: Sendable {
  /// Columns before the lines after the first one.
  var indent = 0
  private let width: Int
  private var column = 0
  private var spaces = 0
  private var word = ""
  private var wordWidth = 0
  /// Within a word that is longer than a line, and that the terminal breaks.
  private var isLong = false

  init(width: Int) { self.width = width }

  /// Adds a character.
  /// - Parameter keepsSpace: whether a space is written where it stands, as at the beginning of a list.
  /// - Returns: what can be shown now.
  mutating func add(_ character: Character, keepsSpace: Bool = false) -> String {
    if character == " " || character == "\t" {
      let text = flushWord()
      isLong = false
      if keepsSpace {
        column += 1
        return text + " "
      }
      spaces += character == "\t" ? 4 : 1
      return text
    }
    let size = LineLayout.width(of: character)
    // East Asian text has no spaces: a line may end behind every character.
    if size == 2, !"、。，．！？）」』】〉》".contains(character) {
      let text = flushWord()
      word.append(character)
      wordWidth += size
      return text
    }
    word.append(character)
    wordWidth += size
    guard wordWidth >= width else { return "" }
    let text = flushWord()
    isLong = true
    return text
  }

  /// A style begins here, and takes no room.
  mutating func mark(_ style: String) { word += style }

  /// All that is left.
  mutating func flush() -> String { flushWord() }

  private mutating func flushWord() -> String {
    guard !word.isEmpty else { return "" }
    defer { (word, wordWidth, spaces) = ("", 0, 0) }
    guard wordWidth > 0 else { return word }
    if column + spaces + wordWidth > width, column > indent, !isLong {
      column = indent + wordWidth
      return "\n" + String(repeating: " ", count: indent) + word
    }
    let text = String(repeating: " ", count: spaces) + word
    column += spaces + wordWidth
    if column > width { column %= width }
    return text
  }
}
