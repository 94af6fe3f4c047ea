/// Filters over lists and maps.
enum SequenceFilters {
  static let all: [String: Filters.Filter] = [
    "list": Filters.filter("list") { (value, _, interpreter) throws(TemplateError) in
      try interpreter.list(try interpreter.elements(of: value))
    },
    "first": Filters.filter("first") { (value, _, interpreter) throws(TemplateError) in
      let empty = Value.undefined(Undefined("No first item, sequence was empty."))
      if case .iterator(let iterator) = value { return try iterator.takeFirst(interpreter) ?? empty }
      if case .string(let text) = value {
        return text.unicodeScalars.first.map { .string(String($0)) } ?? empty
      }
      return try interpreter.elements(of: value).first ?? empty
    },
    "last": Filters.filter("last") { (value, _, interpreter) throws(TemplateError) in
      if case .iterator = value { throw interpreter.error(.type, "'generator' object is not reversible") }
      if case .undefined = value { throw interpreter.error(.type, "'Undefined' object is not reversible") }
      let empty = Value.undefined(Undefined("No last item, sequence was empty."))
      if case .string(let text) = value {
        return text.unicodeScalars.last.map { .string(String($0)) } ?? empty
      }
      return try interpreter.elements(of: value).last ?? empty
    },
    "reverse": Filters.filter("reverse") { (value, _, interpreter) throws(TemplateError) in
      if case .string(let text) = value {
        return try interpreter.string(Text.make(text.unicodeScalars.reversed()))
      }
      let elements = try interpreter.elements(of: value)
      return try interpreter.iterator(over: value) { (_) throws(TemplateError) in elements.reversed() }
    },
    "join": Filters.filter("join", ["d", "attribute"], join),
    "items": Filters.filter("items") { (value, _, interpreter) throws(TemplateError) in
      try interpreter.iterator(over: value) { (interpreter) throws(TemplateError) in
        if case .dict(let dict) = value { return DictView(kind: .items, dict: dict).values }
        if case .undefined = value { return [] }
        throw interpreter.error(.type, "Can only get item pairs from a mapping.")
      }
    },
    "dictsort": Filters.filter("dictsort", ["case_sensitive", "by", "reverse"], dictSort),
    "sort": Filters.filter("sort", ["reverse", "case_sensitive", "attribute"], sort),
    "unique": Filters.filter("unique", ["case_sensitive", "attribute"], unique),
    "min": extreme("min") { (left, right, interpreter) throws(TemplateError) in
      try interpreter.precedes(left, right)
    },
    "max": extreme("max") { (left, right, interpreter) throws(TemplateError) in
      try interpreter.precedes(right, left, ">", isSwapped: true)
    },
    "sum": Filters.filter("sum", ["attribute", "start"]) {
      (value, bound, interpreter) throws(TemplateError) in
      let getter = try interpreter.getter(bound[0])
      var sum = bound[1] ?? .int(0)
      if case .string = sum.plain {
        throw interpreter.error(.type, "sum() can't sum strings [use ''.join(seq) instead]")
      }
      for element in try interpreter.elements(of: value) {
        try interpreter.charge()
        sum = try interpreter.apply(.add, sum, try getter(element, interpreter))
      }
      return sum
    },
    "batch": Filters.filter("batch", ["linecount", "fill_with"], required: 1, batch),
    "slice": Filters.filter("slice", ["slices", "fill_with"], required: 1, slice),
    "groupby": Filters.filter("groupby", ["attribute", "default", "case_sensitive"], required: 1, groupBy),
  ]

  @Sendable private static func join(
    _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    let getter = try interpreter.getter(bound[1])
    let separator = try (bound[0] ?? .string("")).text(interpreter)
    var parts: [String] = []
    for element in try interpreter.elements(of: value) {
      try interpreter.charge()
      parts.append(try getter(element, interpreter).text(interpreter))
    }
    return .string(try interpreter.join(parts, separator))
  }

  @Sendable private static func dictSort(
    _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    let by = try interpreter.text(bound[1], or: "key", "by")
    guard by == "key" || by == "value" else {
      throw interpreter.error(.value, "You can only sort by either \"key\" or \"value\"")
    }
    guard case .dict(let dict) = value else {
      if case .undefined(let undefined) = value { throw interpreter.misuse(undefined) }
      throw interpreter.error(.type, "'\(value.typeName)' object has no attribute 'items'")
    }
    let ignoresCase = !(bound[0]?.isTrue ?? false)
    let keyed = dict.members.map { (key, value) in
      let sortKey = by == "key" ? key : value
      return (ignoresCase ? lowercased(sortKey) : sortKey, Value.tuple(ListValue([key, value])))
    }
    return try interpreter.list(try sorted(keyed, bound[2], interpreter))
  }

  private static func sorted(
    _ keyed: [(Value, Value)], _ reverse: Value?, _ interpreter: Interpreter
  ) throws(TemplateError) -> [Value] {
    let isReversed = reverse?.isTrue ?? false
    return try interpreter.sorted(keyed) { (left, right) throws(TemplateError) in
      isReversed ? try interpreter.precedes(right.0, left.0) : try interpreter.precedes(left.0, right.0)
    }.map(\.1)
  }

  private static func lowercased(_ value: Value) -> Value {
    guard case .string(let text) = value.plain else { return value }
    return .string(text.lowercased())
  }

  /// The elements, each with the key that a filter compares it by.
  private static func keyed(
    _ value: Value, _ attribute: Value?, _ caseSensitive: Value?, _ interpreter: Interpreter
  ) throws(TemplateError) -> [(Value, Value)] {
    let getter = try interpreter.getter(attribute)
    let ignoresCase = !(caseSensitive?.isTrue ?? false)
    var keyed: [(Value, Value)] = []
    for element in try interpreter.elements(of: value) {
      try interpreter.charge()
      let key = try getter(element, interpreter)
      if ignoresCase, case .string(let text) = key.plain { try interpreter.charge(bytes: text.utf8.count) }
      keyed.append((ignoresCase ? lowercased(key) : key, element))
    }
    return keyed
  }

  @Sendable private static func sort(
    _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    guard case .string(let attributes)? = bound[2]?.plain, attributes.contains(",") else {
      let keyed = try keyed(value, bound[2], bound[1], interpreter)
      // The reference compares lists of keys, which asks for the order only of keys that are not equal: a list of
      // nothing but `none` can be sorted.
      if let first = keyed.first?.0, keyed.allSatisfy({ $0.0 == first }) {
        return try interpreter.list(keyed.map(\.1))
      }
      return try interpreter.list(try sorted(keyed, bound[0], interpreter))
    }
    // Several attributes: the key is the list of them all.
    var columns: [[(Value, Value)]] = []
    let elements = try interpreter.list(try interpreter.elements(of: value))
    for attribute in Text.split(attributes, by: ",", limit: -1) {
      columns.append(try keyed(elements, .string(attribute), bound[1], interpreter))
    }
    var rows: [(Value, Value)] = []
    for index in columns[0].indices {
      rows.append((try interpreter.list(columns.map { $0[index].0 }), columns[0][index].1))
    }
    return try interpreter.list(try sorted(rows, bound[0], interpreter))
  }

  @Sendable private static func unique(
    _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    try interpreter.iterator(over: value) { (interpreter) throws(TemplateError) in
      var (seen, result): (Set<Value>, [Value]) = ([], [])
      for (key, element) in try keyed(value, bound[1], bound[0], interpreter) {
        if seen.insert(try interpreter.key(key)).inserted { result.append(element) }
      }
      return result
    }
  }

  private static func extreme(
    _ name: String, _ isBetter: @escaping @Sendable (Value, Value, Interpreter) throws(TemplateError) -> Bool
  ) -> Filters.Filter {
    Filters.filter(name, ["case_sensitive", "attribute"]) {
      (value, bound, interpreter) throws(TemplateError) in
      let keyed = try keyed(value, bound[1], bound[0], interpreter)
      guard var best = keyed.first else {
        return .undefined(Undefined("No aggregated item, sequence was empty."))
      }
      for candidate in keyed.dropFirst() where try isBetter(candidate.0, best.0, interpreter) {
        best = candidate
      }
      return best.1
    }
  }

  @Sendable private static func batch(
    _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    let size = try interpreter.integer(bound[0], or: 1, "linecount")
    let fill = bound[1].flatMap { $0.isNone ? nil : $0 }
    return try interpreter.iterator(over: value, Arguments(positional: fill.map { [$0] } ?? [])) {
      (interpreter) throws(TemplateError) in
      let elements = try interpreter.elements(of: value)
      var (rows, row): ([Value], [Value]) = ([], [])
      for element in elements {
        if row.count == size {
          rows.append(try interpreter.list(row))
          row = []
        }
        row.append(element)
      }
      if let fill, !row.isEmpty, row.count < size {
        try interpreter.charge(bytes: 32 * min(size, Int.max / 64))
        row += [Value](repeating: fill, count: size - row.count)
      }
      if !row.isEmpty { rows.append(try interpreter.list(row)) }
      return rows
    }
  }

  @Sendable private static func slice(
    _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    let count = try interpreter.integer(bound[0], or: 1, "slices")
    let fill = bound[1].flatMap { $0.isNone ? nil : $0 }
    return try interpreter.iterator(over: value, Arguments(positional: fill.map { [$0] } ?? [])) {
      (interpreter) throws(TemplateError) in
      let elements = try interpreter.elements(of: value)
      if count == 0 { throw interpreter.error(.division, "integer division or modulo by zero") }
      guard count > 0 else { return [] }
      let (size, extra) = elements.count.quotientAndRemainder(dividingBy: count)
      var (columns, start): ([Value], Int) = ([], 0)
      for index in 0..<count {
        try interpreter.charge()
        let end = start + size + (index < extra ? 1 : 0)
        var column = Array(elements[start..<end])
        if let fill, index >= extra { column.append(fill) }
        columns.append(try interpreter.list(column))
        start = end
      }
      return columns
    }
  }

  @Sendable private static func groupBy(
    _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    let getter = try interpreter.getter(bound[0], missing: bound[1])
    let ignoresCase = !(bound[2]?.isTrue ?? false)
    var keyed: [(Value, Value)] = []
    for element in try interpreter.elements(of: value) {
      let key = try getter(element, interpreter)
      keyed.append((ignoresCase ? lowercased(key) : key, element))
    }
    keyed = try interpreter.sorted(keyed) { (left, right) throws(TemplateError) in
      try interpreter.precedes(left.0, right.0)
    }
    var groups: [Value] = []
    var start = 0
    for index in keyed.indices {
      if index + 1 < keyed.count, try interpreter.equal(keyed[index].0, keyed[index + 1].0) { continue }
      let members = try interpreter.list(keyed[start...index].map(\.1))
      let name = try getter(keyed[start].1, interpreter)
      groups.append(.tuple(ListValue([name, members], names: ["grouper", "list"])))
      start = index + 1
    }
    return try interpreter.list(groups)
  }
}
