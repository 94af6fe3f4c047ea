import JSON

/// Reads schemas into shapes. Every keyword that says something about values is turned into a part of a shape or
/// refused with its path; names that no draft of JSON schema knows are annotations.
final class SchemaReader {
  typealias Together = SchemaShape.Together
  typealias Location = SchemaDocument.Location

  /// Ways to satisfy one place of a schema at most.
  private static let mostShapes = 400
  /// Schemas that are looked into from within one another, at most: each takes a piece of the stack.
  private static let deepest = 256

  let document: SchemaDocument
  let algebra: ShapeAlgebra
  let table: LanguageTable
  private var known: [Location: [SchemaShape]] = [:]
  private var path: Set<Location> = []

  init(_ document: SchemaDocument, _ table: LanguageTable) {
    self.document = document
    self.table = table
    algebra = ShapeAlgebra(table, document)
  }

  func error(_ keyword: String, _ location: Location, _ message: String) -> GrammarError {
    GrammarError(keyword, at: document.pointers[location] + SchemaDocument.step(keyword), message)
  }

  /// The ways to satisfy some schemas together.
  func shapes(_ schemas: Together) throws(GrammarError) -> [SchemaShape] {
    var result = [algebra.any]
    for location in schemas {
      result = try product(result, try shapes(of: location), location)
    }
    return result
  }

  private func product(
    _ first: [SchemaShape], _ second: [SchemaShape], _ location: Location
  ) throws(GrammarError) -> [SchemaShape] {
    guard first.count * second.count <= Self.mostShapes * 4 else { throw tooMany(location) }
    var result: [SchemaShape] = []
    for one in first {
      for other in second {
        table.budget.charge(1)
        let both = algebra.intersection(one, other)
        if let text = both.string, text != one.string, text != other.string, !table.isFollowable(text) {
          throw GrammarError(
            "schema", at: document.pointers[location], WorkBudget.refusal("what strings must be"))
        }
        if !both.isEmpty { result.append(both) }
      }
    }
    guard result.count <= Self.mostShapes else { throw tooMany(location) }
    return result
  }

  private func tooMany(_ location: Location) -> GrammarError {
    error(
      "anyOf", location, "there are too many combinations of alternatives here; write them out as one `anyOf`"
    )
  }

  private func shapes(of location: Location) throws(GrammarError) -> [SchemaShape] {
    if let known = known[location] { return known }
    guard path.insert(location).inserted else {
      throw GrammarError(
        "$ref", at: document.pointers[location], "this schema stands for itself and says nothing")
    }
    defer { path.remove(location) }
    guard path.count <= Self.deepest else {
      throw GrammarError(
        "$ref", at: document.pointers[location],
        "more than \(Self.deepest) schemas stand for one another here; leave out those that only refer")
    }
    let result: [SchemaShape]
    switch document.sources[location] {
    case .negation(let schemas):
      result = try negation(of: try shapes(schemas), "not", location)
    case .schema(.bool(let allows)): result = allows ? [algebra.any] : []
    case .schema(.object(let schema)): result = try shapes(of: schema, location)
    case .schema:
      throw GrammarError(
        "schema", at: document.pointers[location], "a schema is an object, or true or false")
    }
    known[location] = result
    return result
  }

  private func shapes(of schema: JSONObject, _ location: Location) throws(GrammarError) -> [SchemaShape] {
    for (keyword, instead) in SchemaKeywords.refused where schema[keyword] != nil {
      throw error(keyword, location, "`\(keyword)` is not enforced; \(instead)")
    }
    let ownShape = try shape(of: schema, location)
    var result: [SchemaShape] = ownShape.isEmpty ? [] : [ownShape]
    if let values = schema["enum"] {
      guard let values = values.array else { throw error("enum", location, "`enum` is a list of values") }
      result = try product(result, try constants(values, location), location)
    }
    if let value = schema["const"] {
      result = try product(result, try constants([value], location), location)
    }
    if let reference = schema["$ref"] {
      guard let reference = reference.string else { throw error("$ref", location, "`$ref` is a string") }
      let target = try document.target(of: reference, from: location)
      result = try product(result, try shapes(of: target), location)
    }
    for part in try list("allOf", schema, location) {
      result = try product(result, try shapes(of: part), location)
    }
    if schema["anyOf"] != nil {
      var ways: [SchemaShape] = []
      for part in try list("anyOf", schema, location) { ways += try shapes(of: part) }
      result = try product(result, ways, location)
    }
    if schema["oneOf"] != nil {
      result = try oneOf(try list("oneOf", schema, location), among: result, location)
    }
    if let inner = schema["not"] {
      let ways = try shapes(of: child(inner, location, "not"))
      result = try product(result, try negation(of: ways, "not", location), location)
    }
    result = try product(result, try conditional(schema, location), location)
    for dependency in try dependencies(schema, location) {
      result = try product(result, dependency, location)
    }
    return result
  }

  /// The number of a schema inside of another.
  func child(_ schema: JSON, _ location: Location, _ steps: String...) -> Location {
    document.location(
      schema, at: document.pointers[location] + steps.map(SchemaDocument.step).joined())
  }

  private func list(
    _ keyword: String, _ schema: JSONObject, _ location: Location
  ) throws(GrammarError) -> [Location] {
    guard let value = schema[keyword] else { return [] }
    guard let parts = value.array, !parts.isEmpty else {
      throw error(keyword, location, "`\(keyword)` is a list of schemas")
    }
    return parts.enumerated().map { child($1, location, keyword, String($0)) }
  }

  // MARK: Combinations

  private func negation(
    of ways: [SchemaShape], _ keyword: String, _ location: Location
  ) throws(GrammarError) -> [SchemaShape] {
    var result = [algebra.any]
    for way in ways {
      guard let others = algebra.negation(way) else {
        throw error(keyword, location, "what `\(keyword)` excludes here cannot be enforced")
      }
      result = try product(result, others, location)
    }
    return result
  }

  /// Exactly one of some schemas: any of them where no value satisfies two; otherwise each without the others, where
  /// that can be said.
  private func oneOf(
    _ parts: [Location], among context: [SchemaShape], _ location: Location
  ) throws(GrammarError) -> [SchemaShape] {
    var ways: [[SchemaShape]] = []
    for part in parts { ways.append(try product(context, try shapes(of: part), location)) }
    var overlapping: Set<Int> = []
    for first in ways.indices {
      for second in ways.indices where second > first {
        guard !areDisjoint(ways[first], ways[second]) else { continue }
        overlapping.formUnion([first, second])
      }
    }
    var result: [SchemaShape] = []
    for (index, own) in ways.enumerated() {
      var kept = own
      if overlapping.contains(index) {
        for other in overlapping where other != index {
          do throws(GrammarError) {
            kept = try product(
              kept, try negation(of: try shapes(of: parts[other]), "oneOf", location), location)
          } catch {
            throw self.error(
              "oneOf", location,
              "a value may satisfy alternatives \(min(index, other)) and \(max(index, other)) of `oneOf` at once, "
                + "which is not enforced; use `anyOf`, or give each alternative a property with its own `const`"
            )
          }
        }
      }
      result += kept
    }
    return result
  }

  private func areDisjoint(_ first: [SchemaShape], _ second: [SchemaShape]) -> Bool {
    first.allSatisfy { one in second.allSatisfy { isEmpty(algebra.intersection(one, $0), depth: 3) } }
  }

  /// Whether no value has a shape, as far as a look at what it must contain can tell.
  private func isEmpty(_ shape: SchemaShape, depth: Int) -> Bool {
    if shape.allowsNull || shape.allowsTrue || shape.allowsFalse || shape.number != nil || shape.string != nil
    {
      return false
    }
    if let array = shape.array {
      guard (0..<min(array.least, 8)).contains(where: { isEmpty(array.element($0), depth: depth - 1) }) else {
        return false
      }
    }
    if let object = shape.object {
      guard object.required.contains(where: { isEmpty(object.value($0, table), depth: depth - 1) }) else {
        return false
      }
    }
    return true
  }

  private func isEmpty(_ schemas: Together, depth: Int) -> Bool {
    guard depth > 0, let ways = try? shapes(schemas) else { return false }
    return ways.allSatisfy { isEmpty($0, depth: depth) }
  }

  private func conditional(
    _ schema: JSONObject, _ location: Location
  ) throws(GrammarError) -> [SchemaShape] {
    guard let condition = schema["if"], schema["then"] != nil || schema["else"] != nil else {
      return [algebra.any]
    }
    let holds = try shapes(of: child(condition, location, "if"))
    let fails = try negation(of: holds, "if", location)
    let then = try schema["then"].map { (inner) throws(GrammarError) in
      try shapes(of: child(inner, location, "then"))
    }
    let otherwise = try schema["else"].map { (inner) throws(GrammarError) in
      try shapes(of: child(inner, location, "else"))
    }
    return try product(holds, then ?? [algebra.any], location)
      + product(fails, otherwise ?? [algebra.any], location)
  }

  private func dependencies(
    _ schema: JSONObject, _ location: Location
  ) throws(GrammarError) -> [[SchemaShape]] {
    var result: [[SchemaShape]] = []
    for keyword in ["dependencies", "dependentRequired", "dependentSchemas"] {
      guard let value = schema[keyword] else { continue }
      guard let members = value.object else { throw error(keyword, location, "`\(keyword)` is an object") }
      for (name, dependency) in members {
        var without = algebra.any
        without.object = ObjectShape(facets: [.init([(name, [SchemaDocument.never])])])
        var with = SchemaShape.never
        with.object = ObjectShape(required: [name])
        var ways: [SchemaShape]
        if keyword != "dependentSchemas",
          let names = dependency.array ?? dependency.string.map({ [.string($0)] })
        {
          with.object?.required += names.compactMap(\.string).filter { $0 != name }
          ways = [with]
        } else {
          ways = try product([with], try shapes(of: child(dependency, location, keyword, name)), location)
        }
        ways.append(without)
        result.append(ways)
      }
    }
    return result
  }

  // MARK: Constants

  private func constants(_ values: [JSON], _ location: Location) throws(GrammarError) -> [SchemaShape] {
    var scalars = SchemaShape.never
    var strings: [LanguageTable.ID] = []
    var numbers: [LanguageTable.ID] = []
    var result: [SchemaShape] = []
    for (index, value) in values.enumerated() {
      switch value {
      case .null: scalars.allowsNull = true
      case .bool(true): scalars.allowsTrue = true
      case .bool(false): scalars.allowsFalse = true
      case .string(let text): strings.append(table.literal(text, .json))
      case .int(let number): numbers.append(NumberLanguage(table).constant(DecimalNumber(number)))
      case .double(let number):
        guard let decimal = DecimalNumber(number) else {
          throw error("enum", location, "the number \(number) is too large or too small to be enforced")
        }
        numbers.append(NumberLanguage(table).constant(decimal))
      case .array(let elements):
        var shape = SchemaShape.never
        shape.array = ArrayShape(
          prefix: elements.enumerated().map { [constant($1, location, index, String($0))] },
          rest: [SchemaDocument.never], least: elements.count, most: elements.count)
        result.append(shape)
      case .object(let members):
        var shape = SchemaShape.never
        let properties = members.map {
          (name: $0.key, schemas: [constant($0.value, location, index, $0.key)])
        }
        var facet = ObjectShape.Facet(properties)
        facet.additional = [SchemaDocument.never]
        shape.object = ObjectShape(facets: [facet], required: members.keys)
        result.append(shape)
      }
    }
    if !strings.isEmpty { scalars.string = table.union(strings) }
    if !numbers.isEmpty { scalars.number = table.union(numbers) }
    return scalars.isEmpty ? result : [scalars] + result
  }

  /// A schema for a value inside of a constant.
  private func constant(_ value: JSON, _ location: Location, _ index: Int, _ step: String) -> Location {
    document.location(
      .object(["const": value]),
      at: "\(document.pointers[location])/enum/\(index)" + SchemaDocument.step(step) + "/const")
  }
}
