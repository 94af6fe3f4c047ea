/// One call as a head, which holds the name, and its arguments as a JSON object.
struct NamedCallReader: CallReader {
  /// What differs between forms.
  struct Form: Sendable {
    /// Marks in the head, the name before or after them.
    var marks: [String] = []
    /// The mark before the name; empty where the head begins with it.
    var beforeName = ""
    /// The mark after the name.
    var afterName: [String] = []
    /// The mark before the call's id; empty where there is none.
    var beforeID = ""
    /// The mark after the call; empty where it ends with the JSON.
    var close = ""
  }

  private enum Phase { case head, arguments, closing }

  private let form: Form
  private var phase = Phase.head
  private var extent = JSONExtent()

  init(_ form: Form) { self.form = form }

  mutating func read(_ input: inout ByteQueue, _ log: inout CallLog, isEnd: Bool) -> CallReading {
    while true {
      switch phase {
      case .head:
        let ends = ["{"] + (form.close.isEmpty ? [] : [form.close])
        guard let found = input.find(ends) else { return .more }
        begin(String(decoding: input.take(found.offset), as: UTF8.self), &log)
        if found.text == "{" {
          phase = .arguments
        } else {
          log.arguments("{}".utf8)
          log.end(isComplete: true)
          phase = .closing
        }
      case .arguments:
        var count = 0
        var isOver = false
        for byte in input.bytes {
          count += 1
          if extent.ends(with: byte) {
            isOver = true
            break
          }
        }
        log.arguments(input.take(count))
        guard isOver else { return .more }
        log.end(isComplete: true)
        phase = .closing
      case .closing:
        if form.close.isEmpty { return .done }
        if let found = input.find([form.close]) {
          input.take(found.offset + found.text.utf8.count)
          return .done
        }
        input.take(input.bytes.count - input.heldBack([form.close]))
        return .more
      }
    }
  }

  private func begin(_ head: String, _ log: inout CallLog) {
    var name = head[...]
    var id: String?
    if !form.beforeID.isEmpty, let mark = name.firstRange(of: form.beforeID) {
      var text = name[mark.upperBound...]
      for end in form.afterName { if let mark = text.firstRange(of: end) { text = text[..<mark.lowerBound] } }
      id = String(text)
      name = name[..<mark.lowerBound]
    }
    if !form.beforeName.isEmpty, let mark = name.firstRange(of: form.beforeName),
      !name[mark.upperBound...].allSatisfy(\.isWhitespace)
    {
      name = name[mark.upperBound...]
    }
    for end in form.afterName { if let mark = name.firstRange(of: end) { name = name[..<mark.lowerBound] } }
    while let first = name.first, first.isWhitespace { name.removeFirst() }
    while let last = name.last, last.isWhitespace { name.removeLast() }
    if name.hasPrefix("functions.") {
      // Kimi writes `functions.NAME:INDEX`, which is also the call's id.
      id = String(name)
      name = name.dropFirst("functions.".count)
      if let colon = name.lastIndex(of: ":") { name = name[..<colon] }
    }
    log.begin(String(name), id: id)
  }
}
