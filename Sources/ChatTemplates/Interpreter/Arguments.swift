import OrderedCollections

typealias OrderedKeywords = OrderedDictionary<String, Value>

/// The evaluated arguments of a call.
struct Arguments {
  var positional: [Value] = []
  var keywords: OrderedDictionary<String, Value> = [:]

  /// Values inside one another, as `Value.depth`.
  var depth: Int {
    max(positional.reduce(0) { max($0, $1.depth) }, keywords.values.reduce(0) { max($0, $1.depth) })
  }

  /// The arguments in the order of `names`, nil for those not given.
  ///
  /// - Throws: what Python raises for too many, unknown, repeated or missing arguments.
  func bind(
    _ names: [String], required: Int, of function: String, _ interpreter: Interpreter
  ) throws(TemplateError) -> [Value?] {
    guard positional.count <= names.count else {
      throw interpreter.error(
        .type, "\(function)() takes at most \(names.count) arguments (\(positional.count) given)")
    }
    var values = [Value?](repeating: nil, count: names.count)
    for (index, value) in positional.enumerated() { values[index] = value }
    for (name, value) in keywords {
      guard let index = names.firstIndex(of: name) else {
        throw interpreter.error(.type, "\(function)() got an unexpected keyword argument '\(name)'")
      }
      guard values[index] == nil else {
        throw interpreter.error(.type, "\(function)() got multiple values for argument '\(name)'")
      }
      values[index] = value
    }
    if let missing = values[..<required].firstIndex(where: { $0 == nil }) {
      throw interpreter.error(.type, "\(function)() missing required argument: '\(names[missing])'")
    }
    return values
  }

  /// Like `bind` for a method that takes its arguments by position only.
  func bindPositional(
    _ count: ClosedRange<Int>, of function: String, _ interpreter: Interpreter
  ) throws(TemplateError) -> [Value?] {
    guard keywords.isEmpty else {
      throw interpreter.error(.type, "\(function)() takes no keyword arguments")
    }
    guard count.contains(positional.count) else {
      throw interpreter.error(
        .type,
        "\(function)() takes \(count.lowerBound) to \(count.upperBound) arguments (\(positional.count) given)"
      )
    }
    return positional + [Value?](repeating: nil, count: count.upperBound - positional.count)
  }
}
