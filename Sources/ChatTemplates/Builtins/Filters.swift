/// The filters of Jinja: what can follow `|`.
enum Filters {
  typealias Filter = @Sendable (Value, Arguments, Interpreter) throws(TemplateError) -> Value

  static let all: [String: Filter] = values.merging(TextFilters.all) { $1 }.merging(LayoutFilters.all) { $1 }
    .merging(SequenceFilters.all) { $1 }.merging(SelectionFilters.all) { $1 }

  /// A filter with the names of the parameters after the value.
  static func filter(
    _ name: String, _ parameters: [String] = [], required: Int = 0,
    _ body: @escaping @Sendable (Value, [Value?], Interpreter) throws(TemplateError) -> Value
  ) -> Filter {
    { (value, arguments, interpreter) throws(TemplateError) in
      let bound = try arguments.bind(parameters, required: required, of: name, interpreter)
      return try body(value, bound, interpreter)
    }
  }

  private static let values: [String: Filter] = [
    "default": defaultValue, "d": defaultValue, "tojson": JSONDumper.filter, "length": length,
    "count": length,
    "abs": filter("abs") { (value, _, interpreter) throws(TemplateError) in
      if value.number ?? 0 < 0 || value.number == nil { return try interpreter.negate(value) }
      return try interpreter.plus(value)
    },
    "attr": filter("attr", ["name"], required: 1) { (value, bound, interpreter) throws(TemplateError) in
      let name = try interpreter.text(bound[0], or: "", "name")
      if case .undefined = value { return try interpreter.attribute(name, of: value) }
      if case .dict = value, !Methods.exists(name, on: value), !Methods.isForbidden(name, on: value) {
        return .undefined(Undefined("'dict object' has no attribute '\(name)'"))
      }
      return try interpreter.attribute(name, of: value)
    },
    "int": filter("int", ["default", "base"]) { (value, bound, interpreter) throws(TemplateError) in
      try integer(
        value, bound[0] ?? .int(0), base: try interpreter.integer(bound[1], or: 10, "base"), interpreter)
    },
    "float": filter("float", ["default"]) { (value, bound, interpreter) throws(TemplateError) in
      if case .string(let text) = value.plain {
        return Numbers.parseDouble(text).map { .double($0) } ?? bound[0] ?? .double(0)
      }
      if case .undefined(let undefined) = value { throw interpreter.misuse(undefined) }
      return value.number.map { .double($0) } ?? bound[0] ?? .double(0)
    },
    "round": filter("round", ["precision", "method"], round),
    "random": filter("random") { (value, _, interpreter) throws(TemplateError) in
      let count = try interpreter.length(of: value) ?? 0
      if count == 0 { return .undefined(Undefined("No random item, sequence was empty.")) }
      return try interpreter.item(.int(Int.random(in: 0..<count)), of: value)
    },
  ]

  private static let defaultValue = filter("default", ["default_value", "boolean"]) {
    (value, bound, _) throws(TemplateError) in
    let isMissing = value.isUndefined || ((bound[1]?.isTrue ?? false) && !value.isTrue)
    return isMissing ? bound[0] ?? .string("") : value
  }

  private static let length = filter("length") { (value, _, interpreter) throws(TemplateError) in
    guard let length = try interpreter.length(of: value) else {
      throw interpreter.error(.type, "object of type '\(value.typeName)' has no len()")
    }
    return .int(length)
  }

  private static func integer(
    _ value: Value, _ missing: Value, base: Int, _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    switch value.plain {
    case .undefined(let undefined): throw interpreter.misuse(undefined)
    case .string(let text):
      if let integer = Numbers.parseInteger(text, base: base) { return .int(integer) }
      guard let number = Numbers.parseDouble(text), number.isFinite else { return missing }
      return Numbers.truncate(number).map { .int($0) } ?? missing
    case .double(let number):
      if number.isNaN { return missing }
      guard let integer = Numbers.truncate(number) else {
        throw interpreter.error(.limit, "a number too large for an integer")
      }
      return .int(integer)
    default: return value.integer.map { .int($0) } ?? missing
    }
  }

  @Sendable private static func round(
    _ value: Value, _ bound: [Value?], _ interpreter: Interpreter
  ) throws(TemplateError) -> Value {
    let precision = try interpreter.integer(bound[0], or: 0, "precision")
    let method = try interpreter.text(bound[1], or: "common", "method")
    guard ["common", "ceil", "floor"].contains(method) else {
      throw interpreter.error(.value, "method must be common, ceil or floor")
    }
    guard let number = value.number else {
      if case .undefined(let undefined) = value { throw interpreter.misuse(undefined) }
      throw interpreter.error(.type, "type \(value.typeName) doesn't define __round__ method")
    }
    guard number.isFinite else { return value }
    guard precision.magnitude <= 400 else {
      // Beyond the digits of every number: nothing to round, or nothing left.
      if precision > 0 || method != "common" { return value }
      return value.integer == nil ? .double(Double(signOf: number, magnitudeOf: 0)) : .int(0)
    }
    if method != "common" {
      let scale = try interpreter.apply(.power, .double(10), .int(precision)).number ?? 1
      let scaled = number * scale
      return .double((method == "ceil" ? scaled.rounded(.up) : scaled.rounded(.down)) / scale)
    }
    if let integer = value.integer {
      guard precision < 0 else { return .int(integer) }
      guard let rounded = roundedInteger(integer, -precision) else {
        throw interpreter.error(.limit, "an integer beyond 64 bits")
      }
      return .int(rounded)
    }
    if precision < 0 {
      let scale = try interpreter.apply(.power, .double(10), .int(-precision)).number ?? 1
      return .double((number / scale).rounded(.toNearestOrEven) * scale)
    }
    return .double(Double(try Numbers.format(number, precision, "f", false, interpreter)) ?? number)
  }

  /// An integer rounded to a multiple of a power of ten, halves to the even multiple; nil where that does not fit.
  private static func roundedInteger(_ value: Int, _ digits: Int) -> Int? {
    guard let scale = Numbers.power(10, digits) else {
      // 10^19 is the only larger power whose half can be passed.
      return digits == 19 && value.magnitude > 5_000_000_000_000_000_000 ? nil : 0
    }
    let remainder = Numbers.modulo(value, scale)
    let (low, isTooLow) = value.subtractingReportingOverflow(remainder)
    let isUp =
      remainder == scale / 2
      ? Numbers.modulo(value / scale + (value < 0 ? -1 : 0), 2) != 0 : remainder > scale / 2
    if !isUp { return isTooLow ? nil : low }
    let (high, isTooHigh) = value.addingReportingOverflow(scale - remainder)
    return isTooHigh ? nil : high
  }
}
