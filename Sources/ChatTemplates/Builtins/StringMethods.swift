/// The methods of Python's `str`.
enum StringMethods {
  static let all: [String: Methods.Method] = cutting.merging(changing) { $1 }.merging(searching) { $1 }
    .merging(
      StringPredicates.all
    ) { $1 }

  typealias Body = @Sendable (String, [Value?], Interpreter) throws(TemplateError) -> Value

  /// A method with its parameters' names; arguments by position only where there are no names to give.
  static func method(
    _ name: String, _ parameters: [String] = [], required: Int = 0, byName: Bool = false,
    _ body: @escaping Body
  ) -> Methods.Method {
    { (value, arguments, interpreter) throws(TemplateError) in
      guard case .string(let text) = value else { return .none }
      let bound =
        byName
        ? try arguments.bind(parameters, required: required, of: name, interpreter)
        : try arguments.bindPositional(required...parameters.count, of: name, interpreter)
      return try body(text, bound, interpreter)
    }
  }

  // MARK: Cutting

  private static let cutting: [String: Methods.Method] = [
    "strip": strip("strip", left: true, right: true),
    "lstrip": strip("lstrip", left: true, right: false),
    "rstrip": strip("rstrip", left: false, right: true),
    "split": split("split", Text.split, Text.splitAtSpace),
    "rsplit": split("rsplit", Text.splitFromRight, Text.splitAtSpaceFromRight),
    "splitlines": method("splitlines", ["keepends"], byName: true) {
      (text, bound, interpreter) throws(TemplateError) in
      try interpreter.chargePieces(of: text, Text.countLineBreaks(in: text) + 1)
      let lines = Text.splitLines(text, keepingEnds: bound[0]?.isTrue ?? false)
      return .list(ListValue(lines.map { .string($0) }))
    },
    "partition": partition("partition", fromRight: false),
    "rpartition": partition("rpartition", fromRight: true),
    "removeprefix": method("removeprefix", ["prefix"], required: 1) {
      (text, bound, interpreter) throws(TemplateError) in
      let prefix = try interpreter.text(bound[0], or: "", "prefix")
      guard Text.hasPrefix(text, prefix) else { return .string(text) }
      return try interpreter.string(Text.make(text.utf8.dropFirst(prefix.utf8.count)))
    },
    "removesuffix": method("removesuffix", ["suffix"], required: 1) {
      (text, bound, interpreter) throws(TemplateError) in
      let suffix = try interpreter.text(bound[0], or: "", "suffix")
      guard Text.hasSuffix(text, suffix) else { return .string(text) }
      return try interpreter.string(Text.make(text.utf8.dropLast(suffix.utf8.count)))
    },
  ]

  private static func strip(_ name: String, left: Bool, right: Bool) -> Methods.Method {
    method(name, ["chars"]) { (text, bound, interpreter) throws(TemplateError) in
      let characters = try interpreter.optionalText(bound[0], "chars")
      return try interpreter.string(Text.strip(text, characters, left: left, right: right))
    }
  }

  private static func split(
    _ name: String, _ bySeparator: @escaping @Sendable (String, String, Int) -> [String],
    _ atSpace: @escaping @Sendable (String, Int) -> [String]
  ) -> Methods.Method {
    method(name, ["sep", "maxsplit"], byName: true) { (text, bound, interpreter) throws(TemplateError) in
      let limit = try interpreter.integer(bound[1], or: -1, "maxsplit")
      let separator = try interpreter.optionalText(bound[0], "sep")
      guard separator?.isEmpty != true else { throw interpreter.error(.value, "empty separator") }
      let most = separator.map { Text.count($0, in: text) } ?? Text.countSpaces(in: text)
      try interpreter.chargePieces(of: text, (limit < 0 ? most : min(most, limit)) + 1)
      let pieces = if let separator { bySeparator(text, separator, limit) } else { atSpace(text, limit) }
      return .list(ListValue(pieces.map { .string($0) }))
    }
  }

  private static func partition(_ name: String, fromRight: Bool) -> Methods.Method {
    method(name, ["sep"], required: 1) { (text, bound, interpreter) throws(TemplateError) in
      let separator = try interpreter.text(bound[0], or: "", "sep")
      guard !separator.isEmpty else { throw interpreter.error(.value, "empty separator") }
      let pieces =
        fromRight
        ? Text.splitFromRight(text, by: separator, limit: 1) : Text.split(text, by: separator, limit: 1)
      let parts =
        pieces.count == 2 ? [pieces[0], separator, pieces[1]] : fromRight ? ["", "", text] : [text, "", ""]
      try interpreter.charge(bytes: text.utf8.count)
      return try interpreter.tuple(parts.map { .string($0) })
    }
  }

  // MARK: Changing

  private static func map(_ name: String, _ change: @escaping @Sendable (String) -> String) -> Methods.Method
  {
    method(name) { (text, _, interpreter) throws(TemplateError) in
      try interpreter.charge(bytes: text.utf8.count)
      try interpreter.charge(steps: text.utf8.count / 16)
      return .string(change(text))
    }
  }

  private static let changing: [String: Methods.Method] = [
    "upper": map("upper") { $0.uppercased() },
    "lower": map("lower") { $0.lowercased() },
    "casefold": map("casefold") { $0.lowercased() },
    "capitalize": map("capitalize", Text.capitalize),
    "title": map("title", Text.title),
    "swapcase": map("swapcase", Text.swapCase),
    "replace": method("replace", ["old", "new", "count"], required: 2) {
      (text, bound, interpreter) throws(TemplateError) in
      let count = try interpreter.integer(bound[2], or: -1, "count")
      let old = try interpreter.text(bound[0], or: "", "replace() argument 1")
      let new = try interpreter.text(bound[1], or: "", "replace() argument 2")
      return .string(try interpreter.replace(text, old, with: new, count: count))
    },
    "join": method("join", ["iterable"], required: 1) { (text, bound, interpreter) throws(TemplateError) in
      var parts: [String] = []
      for (index, element) in try interpreter.elements(of: bound[0] ?? .none).enumerated() {
        guard case .string(let part) = element.plain else {
          throw interpreter.error(
            .type, "sequence item \(index): expected str instance, \(element.typeName) found")
        }
        parts.append(part)
      }
      return .string(try interpreter.join(parts, text))
    },
    "format": { (value, arguments, interpreter) throws(TemplateError) in
      guard case .string(let text) = value else { return .none }
      return .string(try FormatMethod.apply(text, arguments, interpreter))
    },
    "center": pad("center") { ($0 / 2 + ($0 & $1 & 1), $0 - $0 / 2 - ($0 & $1 & 1)) },
    "ljust": pad("ljust") { (padding, _) in (0, padding) },
    "rjust": pad("rjust") { (padding, _) in (padding, 0) },
    "zfill": method("zfill", ["width"], required: 1) { (text, bound, interpreter) throws(TemplateError) in
      let width = try interpreter.integer(bound[0], or: 0, "width")
      let length = Text.length(text)
      let zeros = try interpreter.repeated("0", width > length ? width - length : 0)
      let hasSign = text.hasPrefix("-") || text.hasPrefix("+")
      return try interpreter.string(hasSign ? text.prefix(1) + zeros + text.dropFirst() : zeros + text)
    },
    "expandtabs": method("expandtabs", ["tabsize"], byName: true) {
      (text, bound, interpreter) throws(TemplateError) in
      let size = try interpreter.integer(bound[0], or: 8, "tabsize")
      var (result, column) = ("", 0)
      for scalar in text.unicodeScalars {
        if scalar == "\t" {
          let count = size > 0 ? size - column % size : 0
          result += try interpreter.repeated(" ", count)
          column += count
        } else {
          result.unicodeScalars.append(scalar)
          column = scalar == "\n" || scalar == "\r" ? 0 : column + 1
        }
      }
      return try interpreter.string(result)
    },
  ]

  private static func pad(
    _ name: String, _ sides: @escaping @Sendable (_ padding: Int, _ width: Int) -> (left: Int, right: Int)
  ) -> Methods.Method {
    method(name, ["width", "fillchar"], required: 1) { (text, bound, interpreter) throws(TemplateError) in
      let width = try interpreter.integer(bound[0], or: 0, "width")
      let fill = try interpreter.text(bound[1], or: " ", "fillchar")
      guard Text.length(fill) == 1 else {
        throw interpreter.error(.type, "The fill character must be exactly one character long")
      }
      let length = Text.length(text)
      guard width > length else { return .string(text) }
      let (left, right) = sides(width - length, width)
      return try interpreter.string(
        try interpreter.repeated(fill, left) + text + (try interpreter.repeated(fill, right)))
    }
  }

  // MARK: Searching

  private static let searching: [String: Methods.Method] = [
    "find": find("find", last: false, mustExist: false),
    "rfind": find("rfind", last: true, mustExist: false),
    "index": find("index", last: false, mustExist: true),
    "rindex": find("rindex", last: true, mustExist: true),
    "startswith": affix("startswith", Text.hasPrefix),
    "endswith": affix("endswith", Text.hasSuffix),
    "count": method("count", ["sub", "start", "end"], required: 1) {
      (text, bound, interpreter) throws(TemplateError) in
      let part = try interpreter.text(bound[0], or: "", "sub")
      guard let (window, _) = try interpreter.window(of: text, bound[1], bound[2]) else { return .int(0) }
      if part.isEmpty { return .int(Text.length(window) + 1) }
      return .int(Text.count(part, in: window))
    },
  ]

  private static func find(_ name: String, last: Bool, mustExist: Bool) -> Methods.Method {
    method(name, ["sub", "start", "end"], required: 1) { (text, bound, interpreter) throws(TemplateError) in
      let part = Array(try interpreter.text(bound[0], or: "", "sub").utf8)
      if let (window, start) = try interpreter.window(of: text, bound[1], bound[2]) {
        let bytes = Array(window.utf8)
        let found = last ? Text.findLast(part, in: bytes, before: bytes.count) : Text.find(part, in: bytes)
        if let found { return .int(start + Text.length(Text.make(bytes[..<found]))) }
      }
      if mustExist { throw interpreter.error(.value, "substring not found") }
      return .int(-1)
    }
  }

  private static func affix(
    _ name: String, _ test: @escaping @Sendable (String, String) -> Bool
  ) -> Methods.Method {
    method(name, ["prefix", "start", "end"], required: 1) {
      (text, bound, interpreter) throws(TemplateError) in
      var affixes = [bound[0] ?? .none]
      if case .tuple(let list) = affixes[0] { affixes = list.elements }
      let window = try interpreter.window(of: text, bound[1], bound[2])?.0
      for affix in affixes {
        guard case .string(let affix) = affix.plain else {
          if case .undefined(let undefined) = affix { throw interpreter.misuse(undefined) }
          throw interpreter.error(
            .type, "\(name) first arg must be str or a tuple of str, not \(affix.typeName)")
        }
        if let window, test(window, affix) { return .bool(true) }
      }
      return .bool(false)
    }
  }
}

extension Interpreter {
  /// The part of a text between two optional positions, and where it starts; nil where they exclude each other.
  func window(of text: String, _ start: Value?, _ end: Value?) throws(TemplateError) -> (String, Int)? {
    if start?.isNone ?? true, end?.isNone ?? true { return (text, 0) }
    let scalars = Array(text.unicodeScalars)
    func clamp(_ value: Value?, _ missing: Int) throws(TemplateError) -> Int {
      guard let value, !value.isNone else { return missing }
      let index = try integer(value, or: missing, "slice indices")
      return index < 0 ? max(index &+ scalars.count, 0) : index
    }
    let first = try clamp(start, 0)
    let last = min(try clamp(end, scalars.count), scalars.count)
    guard first <= last else { return nil }
    return (Text.make(scalars[first..<last]), first)
  }

  func replace(_ text: String, _ old: String, with new: String, count: Int) throws(TemplateError) -> String {
    let grows = max(new.utf8.count - old.utf8.count, 0)
    if grows > 0 {
      let most = old.isEmpty ? text.utf8.count + 1 : Text.count(old, in: text)
      let (size, overflow) = grows.multipliedReportingOverflow(by: count < 0 ? most : min(most, count))
      try charge(bytes: overflow ? Int.max : size)
    }
    let result = Text.replace(text, old, with: new, count: count)
    try charge(bytes: min(result.utf8.count, text.utf8.count))
    return result
  }

  /// Counts the memory of a list of that many pieces of a text.
  func chargePieces(of text: String, _ count: Int) throws(TemplateError) {
    let (size, overflow) = count.multipliedReportingOverflow(by: 48)
    try charge(bytes: overflow ? .max : size)
    try charge(bytes: text.utf8.count)
  }

  func join(_ parts: [String], _ separator: String) throws(TemplateError) -> String {
    let (size, overflow) = separator.utf8.count.multipliedReportingOverflow(by: max(parts.count - 1, 0))
    try charge(bytes: overflow ? Int.max : size)
    try charge(bytes: parts.reduce(0) { $0 + $1.utf8.count })
    return parts.joined(separator: separator)
  }
}
