/// Takes an answer apart while it comes in: thoughts, text, calls. The parts do not depend on where the text was cut, so
/// a whole answer and a streamed one are read by the same parser.
///
/// The text has to hold the model's control tokens where they are marks of its form.
package struct AnswerParser: Sendable {
  private enum Mode {
    case text
    case reasoning
    case calls(any CallReader)
    case harmony(HarmonyReader)
  }

  private let form: ToolForm
  private let reasoning: ReasoningForm
  private let marks: [String]
  private var mode: Mode
  private var input = ByteQueue()
  private var log: CallLog
  /// Whether nothing but blanks has come in this mode.
  private var isAtStart = true
  /// Whether blanks at the start are dropped.
  private var dropsBlanks = false
  /// Whether a call may still stand here without a mark.
  private var mayBeBare: Bool

  /// A parser of one answer.
  ///
  /// - Parameters:
  ///   - tools: the tools that the request offers; without any, all that looks like a call is text.
  ///   - isReasoning: whether the prompt has opened the thought (`ReasoningForm.isOpen`).
  package init(
    form: ToolForm, reasoning: ReasoningForm = .none, tools: [ToolDescription] = [], isReasoning: Bool = false
  ) {
    self.form = form
    self.reasoning = reasoning
    log = CallLog(tools)
    let reads = !tools.isEmpty
    marks = (reasoning.open.map { [$0] } ?? []) + (reads ? form.openings + form.silentMarks : [])
    mayBeBare = reads && form.isBare
    if form == .harmony || reasoning == .harmony {
      mode = .harmony(HarmonyReader())
    } else if reads, form == .functionary {
      // The prompt ends with `>>>`.
      mode = .text
      input.append(">>>")
    } else {
      mode = isReasoning ? .reasoning : .text
      dropsBlanks = isReasoning
    }
  }

  /// Takes the next text.
  package mutating func feed(_ text: String) -> [AnswerPart] {
    input.append(text)
    run(isEnd: false)
    return log.take()
  }

  /// The end of the answer. Where it was cut (by a limit of tokens), the beginning of a mark is no text, nor are the
  /// blanks before it.
  package mutating func finish(isCut: Bool = false) -> [AnswerPart] {
    run(isEnd: !isCut)
    switch mode {
    case .text:
      let text = input.take(input.bytes.count - (isCut ? heldBack(marks) : 0))
      if !(dropsBlanks && isAtStart && Self.isBlank(text)), !(log.hasCalls && Self.isBlank(text)) {
        addText(text)
      }
    case .reasoning:
      addReasoning(input.take(input.bytes.count - (isCut ? heldBack([reasoning.close ?? ""]) : 0)))
    case .calls(var reader):
      _ = reader.read(&input, &log, isEnd: true)
      log.end(isComplete: false)
    case .harmony(var reader):
      reader.finish(&input, &log, isCut: isCut)
      mode = .harmony(reader)
    }
    _ = input.takeAll()
    return log.take()
  }

  private mutating func run(isEnd: Bool) {
    while true {
      switch mode {
      case .harmony(var reader):
        reader.read(&input, &log)
        mode = .harmony(reader)
        return
      case .text: if !readText(isEnd: isEnd) { return }
      case .reasoning: if !readReasoning() { return }
      case .calls(var reader):
        let reading = reader.read(&input, &log, isEnd: isEnd)
        switch reading {
        case .more:
          mode = .calls(reader)
          return
        case .done, .rejected:
          mode = .text
          if reading == .done {
            dropsBlanks = true
            isAtStart = true
          }
        }
      }
    }
  }

  /// Reads text up to the next mark; false where more is needed.
  private mutating func readText(isEnd: Bool) -> Bool {
    if mayBeBare {
      var reader = form.reader(nil)
      switch reader.read(&input, &log, isEnd: isEnd) {
      case .more:
        // Nothing was taken unless a call has begun.
        if !log.parts.isEmpty || log.isOpen {
          mayBeBare = false
          mode = .calls(reader)
        }
        return false
      case .done:
        mayBeBare = false
        dropsBlanks = true
        return true
      case .rejected: mayBeBare = false
      }
    }
    if dropsBlanks, isAtStart { input.skipBlanks() }
    if let found = input.find(marks) {
      let blanks = Self.trailingBlanks(input.bytes.prefix(found.offset))
      let text = input.take(found.offset)
      addText(text.dropLast(blanks))
      input.take(found.text.utf8.count)
      open(found.text)
      return true
    }
    addText(input.take(input.bytes.count - heldBack(marks)))
    return false
  }

  /// How many bytes at the end may belong to a mark, or be blanks before one.
  private func heldBack(_ marks: [String]) -> Int {
    let held = input.heldBack(marks)
    return held + input.blanks(before: held)
  }

  private mutating func open(_ mark: String) {
    if mark == reasoning.open {
      mode = .reasoning
      isAtStart = true
    } else if form.silentMarks.contains(mark) {
      dropsBlanks = true
      isAtStart = true
    } else if form == .functionary {
      mode = .calls(FunctionaryReader())
    } else {
      mode = .calls(form.reader(mark))
    }
  }

  private mutating func readReasoning() -> Bool {
    if isAtStart { input.skipBlanks() }
    let close = reasoning.close ?? ""
    if let found = input.find([close]) {
      let blanks = Self.trailingBlanks(input.bytes.prefix(found.offset))
      addReasoning(input.take(found.offset).dropLast(blanks))
      input.take(close.utf8.count)
      mode = .text
      isAtStart = true
      dropsBlanks = true
      mayBeBare = !log.tools.isEmpty && form.isBare
      return true
    }
    addReasoning(input.take(input.bytes.count - heldBack([close])))
    return false
  }

  private mutating func addText(_ bytes: ArraySlice<UInt8>) {
    if bytes.isEmpty { return }
    isAtStart = false
    log.add(.text(String(decoding: bytes, as: UTF8.self)))
  }

  private mutating func addReasoning(_ bytes: ArraySlice<UInt8>) {
    if bytes.isEmpty { return }
    isAtStart = false
    log.add(.reasoning(String(decoding: bytes, as: UTF8.self)))
  }

  private static func isBlank(_ bytes: ArraySlice<UInt8>) -> Bool { trailingBlanks(bytes) == bytes.count }

  private static func trailingBlanks(_ bytes: ArraySlice<UInt8>) -> Int {
    var count = 0
    for byte in bytes.reversed() {
      guard byte == 32 || (9...13).contains(byte) else { break }
      count += 1
    }
    return count
  }
}
