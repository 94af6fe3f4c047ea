/// Filters that take and give text.
enum TextFilters {
  static let all: [String: Filters.Filter] = [
    "upper": map("upper") { $0.uppercased() },
    "lower": map("lower") { $0.lowercased() },
    "capitalize": map("capitalize", Text.capitalize),
    "title": map("title", title),
    "string": map("string") { $0 },
    "safe": Filters.filter("safe") { (value, _, interpreter) throws(TemplateError) in
      .markup(try value.text(interpreter))
    },
    "escape": escape("escape"), "e": escape("e"), "forceescape": escape("forceescape"),
    "striptags": map("striptags", stripTags),
    "trim": Filters.filter("trim", ["chars"]) { (value, bound, interpreter) throws(TemplateError) in
      let characters = try interpreter.optionalText(bound[0], "chars")
      return try interpreter.string(Text.strip(try value.text(interpreter), characters))
    },
    "replace": Filters.filter("replace", ["old", "new", "count"], required: 2) {
      (value, bound, interpreter) throws(TemplateError) in
      let count = bound[2].flatMap { $0.isNone ? nil : $0 }
      return .string(
        try interpreter.replace(
          try value.text(interpreter), try (bound[0] ?? .none).text(interpreter),
          with: try (bound[1] ?? .none).text(interpreter),
          count: try interpreter.integer(count, or: -1, "count")))
    },
    "format": { (value, arguments, interpreter) throws(TemplateError) in
      guard arguments.positional.isEmpty || arguments.keywords.isEmpty else {
        throw interpreter.error(
          .value, "can't handle positional and keyword arguments at the same time")
      }
      var operand = try interpreter.tuple(arguments.positional)
      if !arguments.keywords.isEmpty {
        var members = DictValue.Members()
        for (name, value) in arguments.keywords { members[.string(name)] = value }
        operand = try interpreter.dict(members)
      }
      let text = try value.text(interpreter)
      guard case .markup = value else {
        return .string(try PercentFormat.apply(text, operand, interpreter))
      }
      return .markup(try PercentFormat.apply(text, operand, interpreter, escapes: true))
    },
    "wordcount": Filters.filter("wordcount") { (value, _, interpreter) throws(TemplateError) in
      var (count, isInside) = (0, false)
      for scalar in try value.text(interpreter).unicodeScalars {
        if Text.isWord(scalar), !isInside { count += 1 }
        isInside = Text.isWord(scalar)
      }
      return .int(count)
    },
    "urlencode": Filters.filter("urlencode") { (value, _, interpreter) throws(TemplateError) in
      .string(try urlEncode(value, interpreter))
    },
    "xmlattr": Filters.filter("xmlattr", ["autospace"], xmlAttributes),
    "filesizeformat": Filters.filter("filesizeformat", ["binary"], fileSize),
    "pprint": Filters.filter("pprint") { (value, _, interpreter) throws(TemplateError) in
      .string(try value.representation(interpreter))
    },
  ]

  private static func map(
    _ name: String, _ change: @escaping @Sendable (String) -> String
  ) -> Filters.Filter {
    Filters.filter(name) { (value, _, interpreter) throws(TemplateError) in
      let text = try value.text(interpreter)
      try interpreter.charge(bytes: text.utf8.count)
      try interpreter.charge(steps: text.utf8.count / 16)
      return .string(change(text))
    }
  }

  private static func escape(_ name: String) -> Filters.Filter {
    Filters.filter(name) { (value, _, interpreter) throws(TemplateError) in
      .markup(try interpreter.escaped(value.plain))
    }
  }

  /// A capital letter after every white space, hyphen or opening bracket, and small ones elsewhere.
  @Sendable private static func title(_ text: String) -> String {
    var (result, isStart) = ("", true)
    for scalar in text.unicodeScalars {
      result += isStart ? scalar.properties.uppercaseMapping : scalar.properties.lowercaseMapping
      isStart = Text.isSpace(scalar) || "-({[<".unicodeScalars.contains(scalar)
    }
    return result
  }

  /// Without tags and comments, with runs of white space as one space, and with the usual entities as characters.
  @Sendable private static func stripTags(_ text: String) -> String {
    var bytes = Array(text.utf8)
    for (opening, closing) in [("<!--", "-->"), ("<", ">")] {
      let (opening, closing) = (Array(opening.utf8), Array(closing.utf8))
      var (kept, start): ([UInt8], Int) = ([], 0)
      while let begin = Text.find(opening, in: bytes, from: start),
        let end = Text.find(closing, in: bytes, from: begin + opening.count)
      {
        kept += bytes[start..<begin]
        start = end + closing.count
      }
      bytes = kept + bytes[start...]
    }
    var plain = Text.splitAtSpace(Text.make(bytes), limit: -1).joined(separator: " ")
    for (entity, character) in [
      ("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&#34;", "\""), ("&quot;", "\""), ("&amp;", "&"),
    ] {
      plain = Text.replace(plain, entity, with: character, count: -1)
    }
    return plain
  }

  // MARK: Encodings

  /// Bytes as `%XX`, but for the few that a URL may have; a query writes `+` for a space and does not keep slashes.
  private static func quote(
    _ text: String, isQuery: Bool, _ interpreter: Interpreter
  ) throws(TemplateError) -> String {
    func isKept(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "~"): true
      default: byte == UInt8(ascii: "/") && !isQuery
      }
    }
    let growth = text.utf8.reduce(into: 0) { sum, byte in if !isKept(byte) { sum += 2 } }
    try interpreter.charge(bytes: text.utf8.count + growth)
    let digits = Array("0123456789ABCDEF".utf8)
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count + growth)
    for byte in text.utf8 {
      if isKept(byte) {
        result.append(byte)
      } else if byte == 0x20, isQuery {
        result.append(UInt8(ascii: "+"))
      } else {
        result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return Text.make(result)
  }

  private static func urlEncode(_ value: Value, _ interpreter: Interpreter) throws(TemplateError) -> String {
    if case .string(let text) = value.plain { return try quote(text, isQuery: false, interpreter) }
    if value.number != nil || value.isNone {
      return try quote(try value.text(interpreter), isQuery: false, interpreter)
    }
    var pairs: [Value] = []
    if case .dict(let dict) = value {
      pairs = DictView(kind: .items, dict: dict).values
    } else {
      pairs = try interpreter.elements(of: value)
    }
    var parts: [String] = []
    for pair in pairs {
      let pair = try interpreter.elements(of: pair)
      guard pair.count == 2 else { throw interpreter.error(.value, "urlencode needs pairs") }
      parts.append(
        try quote(try pair[0].text(interpreter), isQuery: true, interpreter) + "="
          + (try quote(try pair[1].text(interpreter), isQuery: true, interpreter)))
    }
    return try interpreter.join(parts, "&")
  }

  @Sendable private static func xmlAttributes(
    _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    guard case .dict(let dict) = value else {
      throw interpreter.error(.type, "xmlattr needs a mapping, not '\(value.typeName)'")
    }
    var parts: [String] = []
    for (key, value) in dict.members where !value.isNone && !value.isUndefined {
      let name = try interpreter.text(key, or: "", "attribute name")
      guard !name.unicodeScalars.contains(where: { " \t\n\r\u{0B}\u{0C}/>=".unicodeScalars.contains($0) })
      else {
        throw interpreter.error(.value, "Invalid character in attribute name: '\(name)'")
      }
      parts.append(
        try interpreter.escaped(.string(name)) + "=\"" + (try interpreter.escaped(value)) + "\"")
    }
    let text = try interpreter.join(parts, " ")
    return try interpreter.string((bound[0]?.isTrue ?? true) && !text.isEmpty ? " " + text : text)
  }

  @Sendable private static func fileSize(
    _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    var number = value.number
    if case .string(let text) = value.plain { number = Numbers.parseDouble(text) }
    guard let bytes = number, bytes.isFinite else {
      throw interpreter.error(.type, "filesizeformat needs a number, not '\(value.typeName)'")
    }
    let isBinary = bound[0]?.isTrue ?? false
    let base = isBinary ? 1024.0 : 1000.0
    if bytes == 1 { return .string("1 Byte") }
    if bytes < base { return .string("\(Numbers.truncate(bytes) ?? 0) Bytes") }
    var (scaled, unit) = (bytes / base, 0)
    while scaled >= base, unit < 7 { (scaled, unit) = (scaled / base, unit + 1) }
    let prefix = Array(isBinary ? "KMGTPEZY" : "kMGTPEZY")[unit]
    return .string(
      try Numbers.format(scaled, 1, "f", false, interpreter) + " \(prefix)" + (isBinary ? "iB" : "B"))
  }
}
