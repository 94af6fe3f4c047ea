/// gpt-oss's messages: `<|start|>assistant<|channel|>…<|message|>…<|end|>`. The channel says what a message is.
struct HarmonyReader: Sendable {
  private enum Mode: Equatable {
    /// Before `<|message|>`.
    case head
    case text, reasoning, call
    /// After a message.
    case between
  }

  private static let message = "<|message|>"
  private static let ends = ["<|end|>", "<|call|>", "<|return|>", "<|start|>"]

  private var mode = Mode.head
  private var isAtStart = true

  mutating func read(_ input: inout ByteQueue, _ log: inout CallLog) {
    while step(&input, &log) {}
  }

  private mutating func step(_ input: inout ByteQueue, _ log: inout CallLog) -> Bool {
    switch mode {
    case .head:
      if !input.hasPrefix("<|"), isAtStart, !input.isEmpty, !input.isBeginning(of: "assistant"),
        !input.hasPrefix("assistant"), !input.isBeginning(of: "<|")
      {
        // No head at all: a model that was told otherwise.
        mode = .text
        return true
      }
      guard let found = input.find([Self.message]) else { return false }
      let head = String(decoding: input.take(found.offset), as: UTF8.self)
      input.take(found.text.utf8.count)
      begin(head, &log)
      return true
    case .text, .reasoning, .call:
      let found = input.find(Self.ends)
      let held = found == nil ? input.heldBack(Self.ends) : 0
      add(input.take(found?.offset ?? input.bytes.count - held), &log)
      guard let found else { return false }
      if mode == .call { log.end(isComplete: true) }
      input.take(found.text.utf8.count)
      mode = found.text == "<|start|>" ? .head : .between
      isAtStart = false
      return true
    case .between:
      input.skipBlanks()
      guard let found = input.find(["<|start|>", "<|channel|>"]) else {
        input.take(input.bytes.count - input.heldBack(["<|start|>", "<|channel|>"]))
        return false
      }
      input.take(found.offset + (found.text == "<|start|>" ? found.text.utf8.count : 0))
      mode = .head
      return true
    }
  }

  private mutating func begin(_ head: String, _ log: inout CallLog) {
    if let mark = head.firstRange(of: "to=") {
      let recipient = head[mark.upperBound...].prefix { !$0.isWhitespace && $0 != "<" }
      if recipient != "user", recipient != "assistant" {
        let name = recipient.hasPrefix("functions.") ? recipient.dropFirst("functions.".count) : recipient
        log.begin(String(name))
        mode = .call
        return
      }
    }
    mode = head.contains("analysis") ? .reasoning : .text
  }

  private func add(_ bytes: ArraySlice<UInt8>, _ log: inout CallLog) {
    if bytes.isEmpty { return }
    switch mode {
    case .call: log.arguments(bytes)
    case .reasoning: log.add(.reasoning(String(decoding: bytes, as: UTF8.self)))
    case .text: log.add(.text(String(decoding: bytes, as: UTF8.self)))
    case .head, .between: break
    }
  }

  mutating func finish(_ input: inout ByteQueue, _ log: inout CallLog, isCut: Bool) {
    switch mode {
    case .text, .reasoning, .call:
      let held = isCut ? input.heldBack(Self.ends) : 0
      add(input.take(input.bytes.count - held), &log)
      // The token that ends a call is an end token: it is not always part of the text.
      if mode == .call { log.end(isComplete: !isCut) }
    case .head, .between: break
    }
  }
}
