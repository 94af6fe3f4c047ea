/// The functions that every template can call.
enum Globals {
  typealias Global = @Sendable (Arguments, Interpreter) throws(TemplateError) -> Value

  /// Elements of a `range` at most, as in the reference's sandbox.
  private static let longestRange = 100_000

  static let all: [String: Global] = [
    "range": range, "dict": dict,
    "namespace": { (arguments, interpreter) throws(TemplateError) in
      try interpreter.namespace(try members(arguments, of: "namespace", interpreter))
    },
    "joiner": { (arguments, interpreter) throws(TemplateError) in
      let bound = try arguments.bind(["sep"], required: 0, of: "joiner", interpreter)
      return try interpreter.object(Joiner(bound[0] ?? .string(", ")))
    },
    "cycler": { (arguments, interpreter) throws(TemplateError) in
      guard arguments.keywords.isEmpty, !arguments.positional.isEmpty else {
        throw interpreter.error(.type, "at least one item has to be provided")
      }
      return try interpreter.object(Cycler(arguments.positional))
    },
    "raise_exception": { (arguments, interpreter) throws(TemplateError) in
      let bound = try arguments.bind(["message"], required: 1, of: "raise_exception", interpreter)
      throw interpreter.error(.raised, try (bound[0] ?? .none).text(interpreter))
    },
    "strftime_now": { (arguments, interpreter) throws(TemplateError) in
      let bound = try arguments.bind(["format"], required: 1, of: "strftime_now", interpreter)
      let format = try interpreter.text(bound[0], or: "", "strftime() argument 1")
      try interpreter.charge(steps: format.utf8.count)
      return try interpreter.string(interpreter.clock().formatted(format))
    },
  ]

  private static let range: Global = { (arguments, interpreter) throws(TemplateError) in
    let bound = try arguments.bindPositional(1...3, of: "range", interpreter)
    var numbers: [Int] = []
    for value in arguments.positional {
      numbers.append(try interpreter.integer(value, or: 0, "range argument"))
    }
    let start = numbers.count > 1 ? numbers[0] : 0
    let stop = numbers.count > 1 ? numbers[1] : numbers[0]
    let step = numbers.count > 2 ? numbers[2] : 1
    guard step != 0 else { throw interpreter.error(.value, "range() arg 3 must not be zero") }
    let (distance, overflow) = stop.subtractingReportingOverflow(start)
    let isForward = (distance > 0) == (step > 0)
    let tooLong = overflow || (isForward && distance.magnitude / step.magnitude >= longestRange.magnitude + 1)
    let range = RangeValue(start: start, stop: stop, step: step)
    guard !tooLong, distance != Int.min, step != Int.min, range.count <= longestRange else {
      throw interpreter.error(.limit, "Range too big. The sandbox blocks ranges larger than \(longestRange).")
    }
    return .range(range)
  }

  private static let dict: Global = { (arguments, interpreter) throws(TemplateError) in
    try interpreter.dict(try members(arguments, of: "dict", interpreter))
  }

  /// The members that Python's `dict(mapping or pairs, **more)` has.
  private static func members(
    _ arguments: Arguments, of function: String, _ interpreter: Interpreter
  ) throws(TemplateError) -> DictValue.Members {
    guard arguments.positional.count <= 1 else {
      throw interpreter.error(
        .type, "\(function) expected at most 1 argument, got \(arguments.positional.count)")
    }
    var members = DictValue.Members()
    switch arguments.positional.first {
    case nil: break
    case .dict(let dict): members = dict.members
    case .some(let pairs):
      for pair in try interpreter.elements(of: pairs) {
        let pair = try interpreter.elements(of: pair)
        guard pair.count == 2 else {
          throw interpreter.error(
            .value, "dictionary update sequence element has length \(pair.count); 2 is required")
        }
        members[try interpreter.key(pair[0])] = pair[1]
      }
    }
    for (name, value) in arguments.keywords { members[.string(name)] = value }
    return members
  }
}
