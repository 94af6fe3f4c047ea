/// What Functionary writes after `>>>`: `all` and text, or a tool's name and its arguments, on the next line.
struct FunctionaryReader: CallReader {
  private var call: NamedCallReader?

  mutating func read(_ input: inout ByteQueue, _ log: inout CallLog, isEnd: Bool) -> CallReading {
    if call == nil {
      guard let line = input.find(["\n"]) else { return isEnd ? .rejected : .more }
      var ahead = input
      let name = String(decoding: ahead.take(line.offset), as: UTF8.self)
      if name == "all" {
        ahead.take(1)
        input = ahead
        return .rejected
      }
      call = NamedCallReader(.init(afterName: ["\n"]))
    }
    return call?.read(&input, &log, isEnd: isEnd) ?? .done
  }
}
