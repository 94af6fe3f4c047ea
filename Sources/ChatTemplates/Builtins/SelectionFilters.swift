/// `map`, `select`, `reject`, `selectattr` and `rejectattr`: like Python's generators, they work when they are asked
/// for elements and only once.
enum SelectionFilters {
  static let all: [String: Filters.Filter] = [
    "map": map,
    "select": selection(byAttribute: false, keeping: true),
    "reject": selection(byAttribute: false, keeping: false),
    "selectattr": selection(byAttribute: true, keeping: true),
    "rejectattr": selection(byAttribute: true, keeping: false),
  ]

  private static let map: Filters.Filter = { (value, arguments, interpreter) throws(TemplateError) in
    try interpreter.iterator(over: value, arguments) { (interpreter) throws(TemplateError) in
      guard value.isTrue else { return [] }
      let change = try change(arguments, interpreter)
      var results: [Value] = []
      for element in try interpreter.elements(of: value) {
        try interpreter.charge()
        results.append(try change(element, interpreter))
      }
      return results
    }
  }

  private static func change(
    _ arguments: Arguments, _ interpreter: Interpreter
  ) throws(TemplateError) -> Interpreter.Getter {
    if arguments.positional.isEmpty, let attribute = arguments.keywords["attribute"] {
      if let unknown = arguments.keywords.keys.first(where: { $0 != "attribute" && $0 != "default" }) {
        throw interpreter.error(.value, "Unexpected keyword argument '\(unknown)'")
      }
      return try interpreter.getter(attribute, missing: arguments.keywords["default"])
    }
    guard let first = arguments.positional.first else {
      throw interpreter.error(.value, "map requires a filter argument")
    }
    let name = try interpreter.text(first, or: "", "filter name")
    let rest = Arguments(positional: Array(arguments.positional.dropFirst()), keywords: arguments.keywords)
    return { (element, interpreter) throws(TemplateError) in
      try interpreter.applyFilter(named: name, to: element, rest)
    }
  }

  private static func selection(byAttribute: Bool, keeping: Bool) -> Filters.Filter {
    { (value, arguments, interpreter) throws(TemplateError) in
      try interpreter.iterator(over: value, arguments) { (interpreter) throws(TemplateError) in
        guard value.isTrue else { return [] }
        var rest = arguments
        var getter: Interpreter.Getter = { (element, _) throws(TemplateError) in element }
        if byAttribute {
          guard let attribute = rest.positional.first else {
            throw interpreter.error(.value, "Missing parameter for attribute name")
          }
          rest.positional.removeFirst()
          getter = try interpreter.getter(attribute)
        }
        var test: String?
        if let name = rest.positional.first {
          test = try interpreter.text(name, or: "", "test name")
          rest.positional.removeFirst()
        }
        var results: [Value] = []
        for element in try interpreter.elements(of: value) {
          try interpreter.charge()
          let subject = try getter(element, interpreter)
          let passes = try test.map { (name) throws(TemplateError) in
            try interpreter.applyTest(named: name, to: subject, rest)
          }
          if passes ?? subject.isTrue == keeping { results.append(element) }
        }
        return results
      }
    }
  }
}

extension Interpreter {
  typealias Getter = (Value, Interpreter) throws(TemplateError) -> Value

  /// Looks up what an `attribute=` argument names: a position, or names and positions with dots between them.
  func getter(_ attribute: Value?, missing: Value? = nil) throws(TemplateError) -> Getter {
    var path: [Value] = []
    switch attribute?.plain {
    case nil, .some(.none): break
    case .int(let position): path = [.int(position)]
    case .string(let text):
      path = Text.split(text, by: ".", limit: -1).map { part in
        let isNumber = !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isNumber ? Int(part).map { .int($0) } ?? .string(part) : .string(part)
      }
    case .some(let other):
      throw error(.type, "an attribute must be a text or a number, not '\(other.typeName)'")
    }
    let missing = missing.flatMap { $0.isNone ? nil : $0 }
    return { (value, interpreter) throws(TemplateError) in
      var value = value
      for part in path {
        value = try interpreter.item(part, of: value)
        if value.isUndefined, let missing { value = missing }
      }
      return value
    }
  }

  /// A stable sort by a comparison that can fail.
  func sorted<Element>(
    _ elements: [Element], by precedes: (Element, Element) throws(TemplateError) -> Bool
  ) throws(TemplateError) -> [Element] {
    var (source, width) = (elements, 1)
    while width < source.count {
      var merged: [Element] = []
      merged.reserveCapacity(source.count)
      for start in stride(from: 0, to: source.count, by: 2 * width) {
        var (left, right) = (start, min(start + width, source.count))
        let (leftEnd, rightEnd) = (right, min(start + 2 * width, source.count))
        while left < leftEnd || right < rightEnd {
          try charge()
          var takesRight = left == leftEnd
          if !takesRight, right < rightEnd { takesRight = try precedes(source[right], source[left]) }
          if takesRight {
            merged.append(source[right])
            right += 1
          } else {
            merged.append(source[left])
            left += 1
          }
        }
      }
      (source, width) = (merged, width * 2)
    }
    return source
  }
}
