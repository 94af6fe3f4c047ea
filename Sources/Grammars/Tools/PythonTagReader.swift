import JSON

/// What Llama writes after `<|python_tag|>`: calls as JSON objects, a call of a built-in tool, or a program.
struct PythonTagReader: CallReader {
  private var json: JSONCallReader?

  private static let ends = ["<|eom_id|>", "<|eot_id|>"]
  /// The names under which requests offer an interpreter.
  private static let interpreters = ["code_interpreter", "python", "ipython"]

  mutating func read(_ input: inout ByteQueue, _ log: inout CallLog, isEnd: Bool) -> CallReading {
    if json != nil { return json?.read(&input, &log, isEnd: isEnd) ?? .done }
    input.skipBlanks()
    guard let first = input.first else { return .more }
    if first == UInt8(ascii: "{") {
      json = JSONCallReader(.init(hasMore: true))
      return read(&input, &log, isEnd: isEnd)
    }
    let found = input.find(Self.ends)
    guard found != nil || isEnd else { return .more }
    let text = String(decoding: input.take(found?.offset ?? input.bytes.count), as: UTF8.self)
    input.take(found?.text.utf8.count ?? 0)
    // `brave_search.call(query="…")`
    if let mark = text.firstRange(of: ".call("), log.tool(String(text[..<mark.lowerBound])) != nil {
      var parser = LiteralParser(text[..<mark.lowerBound] + "(" + text[mark.upperBound...])
      if let call = parser.pythonCalls()?.first {
        log.call(call.name, .object(call.arguments))
        return .done
      }
    }
    let name = Self.interpreters.first { log.tool($0) != nil } ?? Self.interpreters[0]
    log.call(name, .object(["code": .string(text)]))
    return .done
  }
}
