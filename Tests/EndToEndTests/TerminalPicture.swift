/// What a terminal of a width shows after some bytes: lines, without colours. It knows the sequences that the program
/// sends, and draws those that it does not know, so that a test sees them.
struct TerminalPicture {
  private let columns: Int
  private var lines: [[Character]] = [[]]
  private var (row, column) = (0, 0)

  init(_ bytes: some Sequence<UInt8>, columns: Int) {
    self.columns = columns
    var text = Substring(String(decoding: Array(bytes), as: UTF8.self)).unicodeScalars
    while let scalar = text.popFirst() {
      switch scalar {
      case "\u{1B}": if !obey(&text) { draw("␛") }
      case "\n": down()
      case "\r": column = 0
      default: draw(Character(scalar))
      }
    }
  }

  /// The lines, without blanks at their ends.
  var text: [String] {
    lines.map { line in
      String(String(line.filter { $0 != "\0" }).reversed().drop { $0 == " " }.reversed())
    }
  }

  private mutating func down() {
    row += 1
    if row == lines.count { lines.append([]) }
  }

  private mutating func draw(_ character: Character) {
    let scalar = character.unicodeScalars.first?.value ?? 0
    let isWide = (0x2E80...0xA4CF).contains(scalar) || (0xAC00...0xD7A3).contains(scalar)
    let width = isWide ? 2 : 1
    if column + width > columns {
      column = 0
      down()
    }
    while lines[row].count < column + width { lines[row].append(" ") }
    lines[row][column] = character
    if isWide { lines[row][column + 1] = "\0" }
    column += width
  }

  /// Carries a control sequence out (ECMA-48, CSI); false for another.
  private mutating func obey(_ text: inout Substring.UnicodeScalarView) -> Bool {
    guard text.first == "[" else { return false }
    let rest = text.dropFirst()
    let parameters = rest.prefix { (0x30...0x3F).contains($0.value) }
    guard let final = rest.dropFirst(parameters.count).first else { return false }
    let number = Int(String(parameters))
    switch final {
    case "A": row = max(0, row - (number ?? 1))
    case "C": column = min(columns - 1, column + (number ?? 1))
    case "K": lines[row] = Array(lines[row].prefix(column))
    case "J" where number == nil:
      lines[row] = Array(lines[row].prefix(column))
      lines.removeSubrange((row + 1)...)
    case "m", "h", "l": break
    default: return false
    }
    text = rest.dropFirst(parameters.count + 1)
    return true
  }
}
