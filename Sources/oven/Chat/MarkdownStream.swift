/// Draws markdown on a terminal while it comes in: bold, code, headings, lists, quotes; prose is broken between words.
///
/// Only what is certain is given out, at most a word late. The text must not have control characters in it; what comes
/// out has `TerminalText.style` marks.
package struct MarkdownStream: Sendable {
  private enum Line: Equatable { case undecided, prose, asIs, code }

  private let width: Int
  /// A style that all of the text has, and in which nothing is drawn: that of thinking.
  private let base: String?
  private var line = Line.undecided
  /// The beginning of a line whose kind is not known yet.
  private var head = ""
  /// The mark that ends the block of code, while one is open.
  private var fence: String?
  private var inline = InlineMarkup()
  private var wrap: WordWrap
  private var isHeading = false
  private var output = ""

  /// - Parameters:
  ///   - width: the columns of the terminal.
  ///   - base: the style of everything, instead of markdown's.
  package init(width: Int, base: String? = nil) {
    self.width = max(10, width)
    self.base = base
    wrap = WordWrap(width: self.width)
  }

  /// What can be shown with this text.
  package mutating func feed(_ text: String) -> String {
    output = ""
    for character in text { take(character) }
    return output
  }

  /// What is left at the end.
  package mutating func finish() -> String {
    output = ""
    if line == .undecided { decide(isEnd: true) }
    endInline()
    output += wrap.flush()
    return output
  }

  private mutating func take(_ character: Character) {
    if character.isNewline { return endLine() }
    switch line {
    case .undecided:
      head.append(character)
      decide(isEnd: false)
    case .prose: prose(character)
    case .asIs, .code: output.append(character)
    }
  }

  private mutating func endLine() {
    if line == .undecided { decide(isEnd: true) }
    endInline()
    output += wrap.flush()
    if line == .code || isHeading || line == .asIs { output += style() }
    output += "\n"
    isHeading = false
    line = .undecided
    wrap = WordWrap(width: width)
  }

  private mutating func endInline() {
    guard line == .prose else { return }
    for piece in inline.finish() { add(piece) }
    inline = InlineMarkup()
  }

  private mutating func prose(_ character: Character) {
    guard base == nil else { return output += wrap.add(character) }
    for piece in inline.feed(character) { add(piece) }
  }

  private mutating func add(_ piece: InlineMarkup.Piece) {
    switch piece {
    case .character(let character): output += wrap.add(character)
    case .styles(let codes): wrap.mark(style(isHeading ? ["1"] + codes : codes))
    }
  }

  /// Everything off, and these on.
  private func style(_ codes: [String] = []) -> String {
    let base = base.map { [$0] } ?? []
    return TerminalText.style((["0"] + base + codes).joined(separator: ";"))
  }

  /// Finds out what a line is as soon as its beginning tells.
  private mutating func decide(isEnd: Bool) {
    let indent = String(head.prefix { $0 == " " })
    let text = head.dropFirst(indent.count)
    if let open = fence {
      // Within a block of code only its end is looked for.
      let closes = text.hasPrefix(open) && text.allSatisfy { $0 == open.first || $0 == " " }
      if closes, isEnd {
        fence = nil
        return begin(.asIs, dim(head))
      }
      let mayClose = open.hasPrefix(text) || closes
      if !mayClose || isEnd { begin(.code, style(["36"]) + head) }
      return
    }
    if text.isEmpty, !isEnd { return }
    if base != nil { return beginProse(indent, String(text), hanging: indent.count) }
    if let mark = Self.fences.first(where: { text.hasPrefix($0) || (!isEnd && $0.hasPrefix(text)) }) {
      guard isEnd else { return }
      if text.hasPrefix(mark) {
        fence = String(text.prefix { $0 == mark.first })
        return begin(.asIs, dim(head))
      }
    }
    if text.hasPrefix("|") { return begin(.asIs, head) }
    switch Self.marker(text, isEnd: isEnd) {
    case .unknown: return
    case .none: beginProse(indent, String(text), hanging: indent.count)
    case .heading(let count):
      isHeading = true
      wrap.mark(style(["1"]))
      beginProse("", String(text.dropFirst(count)), hanging: 0)
    case .bullet: beginProse(indent + "• ", String(text.dropFirst(2)), hanging: indent.count + 2)
    case .number(let count):
      beginProse(
        indent + String(text.prefix(count)), String(text.dropFirst(count)), hanging: indent.count + count)
    case .quote:
      beginProse(
        indent + "│ ", String(text.dropFirst(text.hasPrefix("> ") ? 2 : 1)), hanging: indent.count + 2)
    case .rule: begin(.asIs, dim(String(repeating: "─", count: min(width, 40))))
    }
  }

  private mutating func begin(_ kind: Line, _ text: String) {
    line = kind
    head = ""
    output += text
  }

  private mutating func beginProse(_ prefix: String, _ text: String, hanging: Int) {
    line = .prose
    head = ""
    if base != nil { wrap.mark(style()) }
    for character in prefix { output += wrap.add(character, keepsSpace: true) }
    wrap.indent = min(hanging, width / 2)
    for character in text { prose(character) }
  }

  private func dim(_ text: String) -> String { style(["2"]) + text + style() }

  private static let fences = ["```", "~~~"]

  private enum Marker { case unknown, none, heading(Int), bullet, number(Int), quote, rule }

  private static func marker(_ text: Substring, isEnd: Bool) -> Marker {
    guard let first = text.first else { return .none }
    if "-*_".contains(first), text.allSatisfy({ $0 == first || $0 == " " }) {
      let count = text.count { $0 == first }
      if isEnd { return count >= 3 ? .rule : text.hasPrefix("\(first) ") ? .bullet : .none }
      // "- " may go on as a rule or as a list; a word decides.
      return text.count > 80 ? .none : .unknown
    }
    if "-*+".contains(first), text.dropFirst().first == " " { return .bullet }
    if first == "+", text.count == 1, !isEnd { return .unknown }
    if first == ">" { return text.count > 1 || isEnd ? .quote : .unknown }
    if first == "#" {
      let marks = text.prefix { $0 == "#" }.count
      guard marks <= 6 else { return .none }
      guard let next = text.dropFirst(marks).first else { return isEnd ? .none : .unknown }
      return next == " " ? .heading(marks + 1) : .none
    }
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    if (1...3).contains(digits.count) {
      let rest = text.dropFirst(digits.count)
      guard let dot = rest.first else { return isEnd ? .none : .unknown }
      guard dot == "." || dot == ")" else { return .none }
      guard let space = rest.dropFirst().first else { return isEnd ? .none : .unknown }
      return space == " " ? .number(digits.count + 2) : .none
    }
    return .none
  }
}
