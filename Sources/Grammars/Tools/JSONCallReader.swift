import JSON

/// Calls as JSON objects with a name and arguments, alone or in a list. Arguments pass through while they come in.
struct JSONCallReader: CallReader {
  /// What differs between forms.
  struct Form: Sendable {
    /// The mark after the calls; empty where they end with the JSON.
    var close = ""
    /// Whether an object's only member is the tool's name, and its value the arguments.
    var isKeyedByName = false
    /// Whether text that begins like a call is one only if it names a known tool.
    var isBare = false
    /// Whether further objects may follow one that is in no list.
    var hasMore = false
  }

  private enum Phase: Equatable {
    case start, list, key, value(String), arguments, encodedArguments, skipped, afterValue, afterObject,
      closing
  }

  private static let nameKeys: Set<String> = ["name", "tool_name", "function_name"]
  private static let argumentKeys: Set<String> = ["arguments", "parameters", "args", "input", "kwargs"]

  private let form: Form
  private var phase = Phase.start
  private var isInList = false
  private var depth = 0
  private var extent = JSONExtent()
  private var early: [UInt8] = []
  private var id: String?
  private var hasArguments = false
  private var isInValue = false

  init(_ form: Form) { self.form = form }

  mutating func read(_ input: inout ByteQueue, _ log: inout CallLog, isEnd: Bool) -> CallReading {
    if form.isBare, phase == .start {
      switch Self.looksLikeCall(input, log, isEnd: isEnd) {
      case .more: return .more
      case .rejected: return .rejected
      case .done: break
      }
    }
    while true {
      if !form.close.isEmpty, ![.arguments, .encodedArguments, .skipped].contains(phase) {
        input.skipBlanks()
        if input.take(form.close) {
          finishObject(&log)
          return .done
        }
        if input.isBeginning(of: form.close), !input.isEmpty, !isEnd { return .more }
      }
      guard let done = step(&input, &log) else { return .more }
      if done { return .done }
    }
  }

  /// One step; nil where more text is needed, true where the calls are over.
  private mutating func step(_ input: inout ByteQueue, _ log: inout CallLog) -> Bool? {
    if ![.arguments, .encodedArguments, .skipped].contains(phase) { input.skipBlanks() }
    guard let byte = input.first else { return nil }
    switch phase {
    case .start:
      if byte == UInt8(ascii: "["), !isInList {
        input.take(1)
        isInList = true
      } else if byte == UInt8(ascii: "{") {
        input.take(1)
        phase = .key
        depth = 1
        early = []
        id = nil
        hasArguments = false
      } else {
        return fail(&input)
      }
    case .list, .afterObject:
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: ";"):
        input.take(1)
        phase = .start
      case UInt8(ascii: "{"): phase = .start
      case UInt8(ascii: "]") where isInList:
        input.take(1)
        isInList = false
        if form.close.isEmpty { return true }
        phase = .closing
      default:
        if form.close.isEmpty { return true }
        return fail(&input)
      }
    case .key: return key(byte, &input, &log)
    case .value(let key): return value(key, byte, &input, &log)
    case .arguments, .encodedArguments, .skipped: return pass(&input, &log)
    case .afterValue:
      input.take(1)
      if byte == UInt8(ascii: ",") {
        phase = .key
      } else if byte == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 {
          finishObject(&log)
          phase = .afterObject
          if form.close.isEmpty, !isInList, !form.hasMore { return true }
        }
      } else {
        return fail(&input)
      }
    case .closing:
      if form.close.isEmpty { return true }
      if let found = input.find([form.close]) {
        input.take(found.offset)
      } else {
        input.take(input.bytes.count - input.heldBack([form.close]))
        return nil
      }
    }
    return false
  }

  /// What cannot be read is skipped up to the closing mark.
  private mutating func fail(_ input: inout ByteQueue) -> Bool? {
    phase = .closing
    return form.close.isEmpty ? true : false
  }

  private mutating func key(_ byte: UInt8, _ input: inout ByteQueue, _ log: inout CallLog) -> Bool? {
    if byte == UInt8(ascii: "}") {
      phase = .afterValue
      return false
    }
    guard byte == UInt8(ascii: "\"") else { return fail(&input) }
    guard let length = Self.stringLength(input.bytes) else { return nil }
    // The colon belongs to the key: nothing is decided before it has come.
    var ahead = input
    let text = ahead.take(length)
    ahead.skipBlanks()
    guard let colon = ahead.first else { return nil }
    guard colon == UInt8(ascii: ":") else { return fail(&input) }
    ahead.take(1)
    input = ahead
    phase = .value((try? JSON(parsing: text))?.string ?? "")
    return false
  }

  private mutating func value(
    _ key: String, _ byte: UInt8, _ input: inout ByteQueue, _ log: inout CallLog
  ) -> Bool? {
    extent = JSONExtent()
    if form.isKeyedByName, depth == 1 {
      log.begin(key)
      phase = .arguments
    } else if Self.nameKeys.contains(key) || key == "id" || key == "tool_call_id" || key == "function",
      byte == UInt8(ascii: "\"")
    {
      guard let length = Self.stringLength(input.bytes) else { return nil }
      let text = (try? JSON(parsing: input.take(length)))?.string ?? ""
      phase = .afterValue
      if key == "id" || key == "tool_call_id" {
        id = text
      } else if !log.isOpen {
        log.begin(text, id: id)
        if !early.isEmpty { log.arguments(early) }
        early = []
      }
    } else if key == "function", byte == UInt8(ascii: "{") {
      input.take(1)
      depth += 1
      phase = .key
    } else if Self.argumentKeys.contains(key) {
      hasArguments = true
      phase = byte == UInt8(ascii: "\"") ? .encodedArguments : .arguments
    } else {
      phase = .skipped
    }
    return false
  }

  /// Takes a value in, up to its end or the end of what has come.
  private mutating func pass(_ input: inout ByteQueue, _ log: inout CallLog) -> Bool? {
    if phase == .encodedArguments {
      guard let length = Self.stringLength(input.bytes) else { return nil }
      add(Array(((try? JSON(parsing: input.take(length)))?.string ?? "").utf8), &log)
    } else if !isInValue,
      ![UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\"")].contains(input.first ?? 0)
    {
      guard let end = input.bytes.firstIndex(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") })
      else { return nil }
      input.take(end - input.bytes.startIndex)
      // `null` stands for no arguments.
      if phase == .arguments { add(Array("{}".utf8), &log) }
    } else {
      var count = 0
      isInValue = true
      for byte in input.bytes {
        count += 1
        if extent.ends(with: byte) {
          isInValue = false
          break
        }
      }
      let text = input.take(count)
      if phase == .arguments { add(Array(text), &log) }
      if isInValue { return nil }
    }
    if form.isKeyedByName, depth == 1 { log.end(isComplete: true) }
    phase = .afterValue
    return false
  }

  private mutating func add(_ text: [UInt8], _ log: inout CallLog) {
    if log.isOpen { log.arguments(text) } else { early += text }
  }

  private mutating func finishObject(_ log: inout CallLog) {
    guard log.isOpen else { return }
    if !hasArguments { log.arguments("{}".utf8) }
    log.end(isComplete: true)
  }

  /// The length of the string that begins here, quotes included; nil where it has not ended.
  private static func stringLength(_ bytes: ArraySlice<UInt8>) -> Int? {
    var extent = JSONExtent()
    for (index, byte) in bytes.enumerated() where extent.ends(with: byte) { return index + 1 }
    return nil
  }

  /// Whether text without a mark is a call: an object whose first string under `name` is a tool's.
  private static func looksLikeCall(_ input: ByteQueue, _ log: CallLog, isEnd: Bool) -> CallReading {
    var ahead = input
    ahead.skipBlanks()
    if ahead.take("[") { ahead.skipBlanks() }
    guard let first = ahead.first else { return isEnd ? .rejected : .more }
    guard first == UInt8(ascii: "{") else { return .rejected }
    ahead.take(1)
    for _ in 0..<3 {
      ahead.skipBlanks()
      guard ahead.isEmpty || ahead.first == UInt8(ascii: "\"") else { return .rejected }
      guard let length = stringLength(ahead.bytes) else { return isEnd ? .rejected : .more }
      let key = (try? JSON(parsing: ahead.take(length)))?.string
      ahead.skipBlanks()
      guard let colon = ahead.first else { return isEnd ? .rejected : .more }
      guard colon == UInt8(ascii: ":") else { return .rejected }
      ahead.take(1)
      ahead.skipBlanks()
      guard let mark = ahead.first else { return isEnd ? .rejected : .more }
      if key == "function", mark == UInt8(ascii: "{") {
        ahead.take(1)
        continue
      }
      guard mark == UInt8(ascii: "\"") else { return .rejected }
      guard let length = stringLength(ahead.bytes) else { return isEnd ? .rejected : .more }
      let value = (try? JSON(parsing: ahead.take(length)))?.string
      if let key, nameKeys.contains(key) || key == "function" {
        return value.flatMap { log.tool($0) } == nil ? .rejected : .done
      }
      guard key == "type" || key == "id" else { return .rejected }
      ahead.skipBlanks()
      guard let comma = ahead.first else { return isEnd ? .rejected : .more }
      guard comma == UInt8(ascii: ",") else { return .rejected }
      ahead.take(1)
    }
    return .rejected
  }
}
