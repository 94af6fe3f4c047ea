import JSON

/// Calls with a tag around each argument. What an argument is, number or text, is the schema's to say.
struct TaggedCallReader: CallReader {
  /// What differs between forms.
  struct Form: Sendable {
    /// The mark before a call's name; empty where the block begins with it.
    var function = ""
    /// The marks that may end the name.
    var nameEnds = [">"]
    /// The mark before an argument's name.
    var parameter = ""
    /// The mark after the argument's name.
    var parameterNameEnd = ">"
    /// The mark between the argument's name and its value, where they have tags of their own.
    var valueOpen = ""
    /// The mark after a value.
    var parameterEnd = ""
    /// The mark after a call.
    var functionEnd = ""
    /// The mark after all calls; empty where each stands alone.
    var close = ""
  }

  private enum Phase {
    case between, name, inside, argument(String, isString: Bool?), value(String, isString: Bool?)
  }

  private let form: Form
  private var phase = Phase.between
  private var tool: ToolDescription?
  private var count = 0

  /// A reader; `isInside` where the mark before the name was the opening mark.
  init(_ form: Form, isInside: Bool = false) {
    self.form = form
    if isInside || form.function.isEmpty { phase = .name }
  }

  mutating func read(_ input: inout ByteQueue, _ log: inout CallLog, isEnd: Bool) -> CallReading {
    while true {
      switch phase {
      case .between:
        guard let found = input.find([form.function, form.close].filter { !$0.isEmpty }) else { return .more }
        input.take(found.offset + found.text.utf8.count)
        if found.text == form.close { return .done }
        phase = .name
      case .name:
        // A name may end at a mark that has to stay, so that what follows is still recognised.
        guard let found = input.find(form.nameEnds + [form.functionEnd]) else { return .more }
        var name = String(decoding: input.take(found.offset), as: UTF8.self)
        if found.text.hasSuffix(">") && !found.text.hasPrefix("<") || found.text == "\n" {
          input.take(found.text.utf8.count)
        }
        name = Self.trimmed(name)
        if name.hasSuffix("\"") { name.removeLast() }
        log.begin(name)
        tool = log.tool(name)
        count = 0
        phase = .inside
      case .inside:
        guard let found = input.find([form.parameter, form.functionEnd]) else { return .more }
        input.take(found.offset + found.text.utf8.count)
        if found.text == form.functionEnd {
          log.arguments((count == 0 ? "{}" : "}").utf8)
          log.end(isComplete: true)
          if form.close.isEmpty { return .done }
          phase = .between
        } else {
          phase = .argument("", isString: nil)
        }
      case .argument:
        guard let found = input.find([form.parameterNameEnd]) else { return .more }
        var name = String(decoding: input.bytes.prefix(found.offset), as: UTF8.self)
        if !form.valueOpen.isEmpty {
          var ahead = input
          ahead.take(found.offset + found.text.utf8.count)
          guard let open = ahead.find([form.valueOpen]) else { return .more }
          ahead.take(open.offset + open.text.utf8.count)
          input = ahead
        } else {
          input.take(found.offset + found.text.utf8.count)
        }
        // `name" string="true` says what the value is.
        var isString: Bool?
        if let quote = name.firstIndex(of: "\"") {
          let rest = name[quote...]
          if rest.contains("string=\"true\"") { isString = true }
          if rest.contains("string=\"false\"") { isString = false }
          name = String(name[..<quote])
        }
        phase = .value(Self.trimmed(name), isString: isString)
      case .value(let name, let isString):
        guard let found = input.find([form.parameterEnd]) else { return .more }
        let text = String(decoding: input.take(found.offset), as: UTF8.self)
        input.take(found.text.utf8.count)
        log.arguments((count == 0 ? "{" : ", ").utf8)
        log.arguments(JSON.string(name).serialized().utf8)
        log.arguments(": ".utf8)
        log.arguments(value(text, name, isString).utf8)
        count += 1
        phase = .inside
      }
    }
  }

  private func value(_ text: String, _ name: String, _ isString: Bool?) -> String {
    var text = text
    if text.hasPrefix("\n") { text.removeFirst() }
    if text.hasSuffix("\n") { text.removeLast() }
    if text.hasPrefix("<![CDATA["), text.hasSuffix("]]>") { text = String(text.dropFirst(9).dropLast(3)) }
    let isString = isString ?? tool?.isString(name)
    if isString != true, let value = try? JSON(parsing: text) {
      // A value that no schema speaks of is a text, unless it could hardly be one.
      if isString == false || tool == nil || value.object != nil || value.array != nil || value.bool != nil
        || value.double?.isFinite == true
      {
        return Self.trimmed(text)
      }
    }
    if isString == false {
      // Templates that print values without a filter write them as Python does.
      var parser = LiteralParser(text)
      if let value = parser.literal() { return value.serialized() }
    }
    return JSON.string(text).serialized()
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
