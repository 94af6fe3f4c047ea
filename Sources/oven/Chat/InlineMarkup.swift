/// Bold, emphasis and code within a line of markdown, character by character.
package struct InlineMarkup: Sendable {
  /// What comes out.
  package enum Piece: Equatable, Sendable {
    case character(Character)
    /// From here on the text has these styles (SGR codes), and no others.
    case styles([String])
  }

  private var isBold = false
  private var isEmphasized = false
  /// How many backticks end the code that is open.
  private var code: Int?
  /// Marks whose meaning the next character decides.
  private var run = ""
  private var before: Character?
  private var isEscaped = false

  /// At the beginning of a line.
  package init() {}

  /// What is certain with the next character.
  package mutating func feed(_ character: Character) -> [Piece] {
    if isEscaped {
      isEscaped = false
      // Other backslashes, as those of formulas, stay.
      return "*_`#~".contains(character) ? plain(character) : plain("\\") + feed(character)
    }
    if let mark = run.first, character == mark {
      run.append(character)
      return []
    }
    let pieces = endRun(next: character)
    if code == nil, character == "\\" {
      isEscaped = true
      return pieces
    }
    if character == "`" || (code == nil && (character == "*" || character == "_")) {
      run = String(character)
      return pieces
    }
    return pieces + plain(character)
  }

  /// What is left at the end of the line, where everything that is open ends.
  package mutating func finish() -> [Piece] {
    var pieces = endRun(next: nil)
    if isEscaped { pieces += plain("\\") }
    if isBold || isEmphasized || code != nil { pieces.append(.styles([])) }
    return pieces
  }

  private mutating func plain(_ character: Character) -> [Piece] {
    before = character
    return [.character(character)]
  }

  private mutating func endRun(next: Character?) -> [Piece] {
    guard let mark = run.first else { return [] }
    let marks = run
    run = ""
    if mark == "`" { return endBackticks(marks) }
    let opens = Self.isText(next) && !Self.isWord(before)
    let closes = Self.isText(before) && !Self.isWord(next)
    // Within a word only the strong mark counts: `2*3*4` is a product.
    let isInner = marks.count == 2 && mark == "*" && Self.isText(next) && Self.isText(before)
    let mayToggle =
      switch marks.count {
      case 1: isEmphasized ? closes : opens
      case 2: isBold ? closes || isInner : opens || isInner
      case 3: isBold && isEmphasized ? closes : opens && !isBold && !isEmphasized
      default: false
      }
    guard mayToggle else { return literal(marks) }
    if marks.count != 1 { isBold.toggle() }
    if marks.count != 2 { isEmphasized.toggle() }
    return [.styles(styles)]
  }

  private mutating func endBackticks(_ marks: String) -> [Piece] {
    if let open = code {
      guard open == marks.count else { return literal(marks) }
      code = nil
    } else {
      code = marks.count
    }
    before = "`"
    return [.styles(styles)]
  }

  private mutating func literal(_ text: String) -> [Piece] {
    before = text.last
    return text.map { .character($0) }
  }

  private var styles: [String] {
    (isBold ? ["1"] : []) + (isEmphasized ? ["3"] : []) + (code != nil ? ["36"] : [])
  }

  private static func isText(_ character: Character?) -> Bool { character.map { !$0.isWhitespace } ?? false }
  private static func isWord(_ character: Character?) -> Bool {
    character.map { $0.isLetter || $0.isNumber } ?? false
  }
}
