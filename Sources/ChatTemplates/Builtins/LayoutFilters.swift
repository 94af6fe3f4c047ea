/// Filters that lay text out in lines.
enum LayoutFilters {
  static let all: [String: Filters.Filter] = [
    "indent": Filters.filter("indent", ["width", "first", "blank"], indent),
    "center": Filters.filter("center", ["width"]) { (value, bound, interpreter) throws(TemplateError) in
      try Methods.call(
        "center", on: .string(try value.text(interpreter)), Arguments(positional: [bound[0] ?? .int(80)]),
        interpreter)
    },
    "truncate": Filters.filter("truncate", ["length", "killwords", "end", "leeway"], truncate),
    "wordwrap": Filters.filter(
      "wordwrap", ["width", "break_long_words", "wrapstring", "break_on_hyphens"], wordWrap),
  ]

  @Sendable private static func indent(
    _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    let text = try interpreter.text(value, or: "", "the text to indent")
    var indentation: String
    if case .string(let given)? = bound[0]?.plain {
      indentation = given
    } else {
      indentation = try interpreter.repeated(" ", try interpreter.integer(bound[0], or: 4, "width"))
    }
    let indentsBlank = bound[2]?.isTrue ?? false
    try interpreter.chargePieces(of: text, Text.countLineBreaks(in: text) + 1)
    let lines = Text.splitLines(text + "\n", keepingEnds: false)
    let (size, overflow) = indentation.utf8.count.multipliedReportingOverflow(by: lines.count)
    try interpreter.charge(bytes: overflow ? Int.max : size)
    var result = bound[1]?.isTrue ?? false ? indentation : ""
    for (index, line) in lines.enumerated() {
      if index > 0 { result += "\n" + (indentsBlank || !line.isEmpty ? indentation : "") }
      result += line
    }
    return try interpreter.string(result)
  }

  @Sendable private static func truncate(
    _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    let length = try interpreter.integer(bound[0], or: 255, "length")
    let end = try interpreter.text(bound[2], or: "...", "end")
    let leeway = try interpreter.integer(bound[3].flatMap { $0.isNone ? nil : $0 }, or: 5, "leeway")
    let endLength = Text.length(end)
    guard length >= endLength, leeway >= 0 else {
      throw interpreter.error(
        .value, "truncate needs a length of at least that of its end, and a leeway from 0")
    }
    // Anything that has a length may be short enough; only texts can be cut.
    if let size = try interpreter.length(of: value), size - length <= leeway { return value }
    let kept = length - endLength
    let text = try interpreter.text(value, or: "", "the text to truncate")
    var head = Text.make(text.unicodeScalars.prefix(kept))
    if !(bound[1]?.isTrue ?? false) { head = Text.splitFromRight(head, by: " ", limit: 1)[0] }
    // Behind markup the end is escaped; what counts is its length as it is given.
    if case .markup = value { return .markup(head + (try interpreter.escaped(bound[2] ?? .string(end)))) }
    return try interpreter.string(head + end)
  }

  @Sendable private static func wordWrap(
    _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    let text = try interpreter.text(value, or: "", "the text to wrap")
    let width = try interpreter.integer(bound[0], or: 79, "width")
    guard width > 0 else { throw interpreter.error(.value, "invalid width \(width) (must be > 0)") }
    let breaksWords = bound[1]?.isTrue ?? true
    let newline = try interpreter.optionalText(bound[2], "wrapstring") ?? "\n"
    try interpreter.chargePieces(of: text, text.utf8.count / width + Text.countLineBreaks(in: text) + 1)
    var lines: [String] = []
    for paragraph in Text.splitLines(text, keepingEnds: false) {
      let wrapped = wrap(Array(paragraph.unicodeScalars), width, breaksWords)
      lines += wrapped.isEmpty ? [""] : wrapped
    }
    return .string(try interpreter.join(lines, newline))
  }

  /// Lines of at most `width` characters, broken at white space, which is dropped at the breaks.
  private static func wrap(_ text: [Unicode.Scalar], _ width: Int, _ breaksWords: Bool) -> [String] {
    var (lines, line): ([String], [Unicode.Scalar]) = ([], [])
    func flush() {
      while let last = line.last, Text.isSpace(last) { line.removeLast() }
      if !line.isEmpty { lines.append(Text.make(line)) }
      line = []
    }
    var index = 0
    while index < text.count {
      let isSpace = Text.isSpace(text[index])
      var end = index
      while end < text.count, Text.isSpace(text[end]) == isSpace { end += 1 }
      var chunk = text[index..<end]
      index = end
      if line.count + chunk.count > width, isSpace {
        flush()
        continue
      }
      if line.isEmpty, isSpace, !lines.isEmpty { continue }
      if line.count + chunk.count > width, chunk.count <= width || !breaksWords { flush() }
      while breaksWords, line.count + chunk.count > width {
        let head = width - line.count
        line += chunk.prefix(head)
        chunk = chunk.dropFirst(head)
        flush()
      }
      line += chunk
    }
    flush()
    return lines
  }
}
