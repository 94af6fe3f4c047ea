import JSON

extension SchemaReader {
  /// What the keywords of a schema say that belong to one type each.
  func shape(of schema: JSONObject, _ location: Location) throws(GrammarError) -> SchemaShape {
    var shape = algebra.any
    try restrictTypes(&shape, schema, location)
    if let number = shape.number { shape.number = try self.number(number, schema, location) }
    if let string = shape.string { shape.string = try self.string(string, schema, location) }
    if shape.array != nil { shape.array = try array(schema, location) }
    if shape.object != nil { shape.object = try object(schema, location) }
    return shape
  }

  private func restrictTypes(
    _ shape: inout SchemaShape, _ schema: JSONObject, _ location: Location
  ) throws(GrammarError) {
    guard let value = schema["type"] else { return }
    guard let names = value.string.map({ [JSON.string($0)] }) ?? value.array else {
      throw error("type", location, "`type` is a name or a list of names")
    }
    var types: Set<String> = []
    for name in names {
      guard let name = name.string, Self.types.contains(name) else {
        throw error(
          "type", location,
          "the type \(name.serialized()) is not known; there are \(Self.types.sorted().joined(separator: ", "))"
        )
      }
      types.insert(name)
    }
    if types.contains("any") { return }
    if !types.contains("null") { shape.allowsNull = false }
    if !types.contains("boolean") {
      shape.allowsTrue = false
      shape.allowsFalse = false
    }
    if !types.contains("number") {
      shape.number = types.contains("integer") ? NumberLanguage(table).integer : nil
    }
    if !types.contains("string") { shape.string = nil }
    if !types.contains("array") { shape.array = nil }
    if !types.contains("object") { shape.object = nil }
  }

  private static let types: Set<String> = [
    "null", "boolean", "number", "integer", "string", "array", "object", "any",
  ]

  /// A count of a schema.
  private func count(
    _ keyword: String, _ schema: JSONObject, _ location: Location
  ) throws(GrammarError) -> Int? {
    guard let value = schema[keyword] else { return nil }
    guard let count = value.int, count >= 0 else {
      throw error(keyword, location, "`\(keyword)` is a number from 0 on")
    }
    return count
  }

  // MARK: Numbers

  private func number(
    _ start: LanguageTable.ID, _ schema: JSONObject, _ location: Location
  ) throws(GrammarError) -> LanguageTable.ID? {
    let languages = NumberLanguage(table)
    var parts = [start]
    func bound(_ keyword: String) throws(GrammarError) -> DecimalNumber? {
      guard let value = schema[keyword] else { return nil }
      if keyword.hasPrefix("exclusive"), value.bool != nil { return nil }
      switch value {
      case .int(let number): return DecimalNumber(number)
      case .double(let number):
        if let decimal = DecimalNumber(number) { return decimal }
        // Beyond every number that is written here: a bound that always holds, or never.
        throw error(keyword, location, "the bound \(number) is too large or too small to be enforced")
      default: throw error(keyword, location, "`\(keyword)` is a number")
      }
    }
    if let least = try bound("minimum") {
      parts.append(languages.atLeast(least, isExclusive: schema["exclusiveMinimum"]?.bool ?? false))
    }
    if let most = try bound("maximum") {
      parts.append(languages.atMost(most, isExclusive: schema["exclusiveMaximum"]?.bool ?? false))
    }
    if let least = try bound("exclusiveMinimum") { parts.append(languages.atLeast(least, isExclusive: true)) }
    if let most = try bound("exclusiveMaximum") { parts.append(languages.atMost(most, isExclusive: true)) }
    switch schema["format"]?.string {
    case "int32":
      parts.append(languages.atLeast(DecimalNumber(Int(Int32.min)), isExclusive: false))
      parts.append(languages.atMost(DecimalNumber(Int(Int32.max)), isExclusive: false))
    case "int64":
      parts.append(languages.atLeast(DecimalNumber(Int.min), isExclusive: false))
      parts.append(languages.atMost(DecimalNumber(Int.max), isExclusive: false))
    default: break
    }
    if let factor = try bound("multipleOf") {
      guard let scaled = factor.scaled,
        let multiple = Multiple(divisor: scaled.digits, places: scaled.places),
        !factor.isNegative
      else { throw error("multipleOf", location, "`multipleOf` is a number above 0 of few digits") }
      parts.append(table.multiple(multiple))
      parts.append(languages.plain)
    }
    let result = table.intersection(parts)
    return table.hasText(result) ? result : nil
  }

  // MARK: Strings

  private func string(
    _ start: LanguageTable.ID, _ schema: JSONObject, _ location: Location
  ) throws(GrammarError) -> LanguageTable.ID? {
    var parts = [start]
    let expressions = ExpressionLanguage(table, .json)
    let least = try count("minLength", schema, location)
    let most = try count("maxLength", schema, location)
    if least ?? 0 > 0 || most != nil {
      parts.append(table.repetition(table.character(.all, .json), least ?? 0, most))
    }
    if let value = schema["pattern"] {
      guard let pattern = value.string else { throw error("pattern", location, "`pattern` is a string") }
      do throws(GrammarError) {
        parts.append(try expressions.search(pattern))
        guard table.isFollowable(table.texts(in: parts)) else {
          throw GrammarError("pattern", at: "", WorkBudget.refusal("the expression"))
        }
      } catch {
        throw self.error("pattern", location, error.message)
      }
    }
    if let name = schema["format"]?.string, !FormatLanguages.annotations.contains(name),
      !["int32", "int64"].contains(name)
    {
      guard let expression = FormatLanguages.expression(name) else {
        throw error(
          "format", location, "the format \(name.debugDescription) is not enforced; use `pattern` instead")
      }
      parts.append(try expressions.whole(expression))
    }
    if schema["contentEncoding"] != nil || schema["contentMediaType"] != nil {
      // Annotations since draft 2019-09; nobody checks them.
    }
    let result = table.texts(in: parts)
    return table.hasText(result) ? result : nil
  }

  // MARK: Arrays

  private func array(_ schema: JSONObject, _ location: Location) throws(GrammarError) -> ArrayShape? {
    var array = ArrayShape()
    if let value = schema["prefixItems"] {
      guard let parts = value.array else { throw error("prefixItems", location, "`prefixItems` is a list") }
      array.prefix = parts.enumerated().map { [child($1, location, "prefixItems", String($0))] }
    }
    switch schema["items"] {
    case nil: break
    case .array(let parts)?:
      array.prefix = parts.enumerated().map { [child($1, location, "items", String($0))] }
      if let rest = schema["additionalItems"] {
        array.rest = together(child(rest, location, "additionalItems"))
      }
    case let rest?: array.rest = together(child(rest, location, "items"))
    }
    array.prefix = array.prefix.map { $0.flatMap { together($0) }.together }
    array.least = try count("minItems", schema, location) ?? 0
    array.most = try count("maxItems", schema, location)
    if array.rest == [SchemaDocument.never] {
      array.most = min(array.most ?? .max, array.prefix.count)
    }
    if schema["uniqueItems"]?.bool == true, array.most ?? .max > 1 {
      throw error(
        "uniqueItems", location, "`uniqueItems` is not enforced; leave it out, or allow one element")
    }
    if let most = array.most, most < array.least { return nil }
    return array
  }

  /// A schema as a list: none for one that says nothing, `never` for one that nothing satisfies.
  private func together(_ location: Location) -> Together {
    guard case .schema(let schema) = document.sources[location] else { return [location] }
    if schema == .bool(false) { return [SchemaDocument.never] }
    if schema == .bool(true) || schema.object?.isEmpty == true { return [] }
    return [location]
  }

  // MARK: Objects

  private func object(_ schema: JSONObject, _ location: Location) throws(GrammarError) -> ObjectShape? {
    var facet = ObjectShape.Facet()
    if let value = schema["properties"] {
      guard let members = value.object else {
        throw error("properties", location, "`properties` is an object")
      }
      facet = ObjectShape.Facet(
        members.map { ($0.key, together(child($0.value, location, "properties", $0.key))) })
    }
    if let value = schema["patternProperties"] {
      guard let members = value.object else {
        throw error("patternProperties", location, "`patternProperties` is an object")
      }
      for (pattern, inner) in members {
        let names: LanguageTable.ID
        do throws(GrammarError) {
          names = try ExpressionLanguage(table, .json).search(pattern)
          guard table.isFollowable(names) else {
            throw GrammarError("patternProperties", at: "", WorkBudget.refusal("the expression"))
          }
        } catch {
          throw self.error("patternProperties", location, error.message)
        }
        facet.patterns.append((names, together(child(inner, location, "patternProperties", pattern))))
      }
    }
    if let value = schema["additionalProperties"] {
      facet.additional = together(child(value, location, "additionalProperties"))
    }
    var object = ObjectShape()
    if !facet.properties.isEmpty || !facet.patterns.isEmpty || !facet.additional.isEmpty {
      object.facets = [facet]
    }
    if let value = schema["required"], value.bool != false {
      guard let names = value.array, names.allSatisfy({ $0.string != nil }) else {
        throw error("required", location, "`required` is a list of names")
      }
      for name in names.compactMap(\.string) where !object.required.contains(name) {
        object.required.append(name)
      }
    }
    object.least = try count("minProperties", schema, location) ?? 0
    object.most = try count("maxProperties", schema, location)
    if let value = schema["propertyNames"] {
      object.names = try names(child(value, location, "propertyNames"))
    }
    if let most = object.most, most < max(object.least, object.required.count) { return nil }
    for name in object.required where object.value(name, table) == [SchemaDocument.never] { return nil }
    return object
  }

  /// The names that a schema allows.
  private func names(_ location: Location) throws(GrammarError) -> LanguageTable.ID {
    table.union(try shapes([location]).compactMap(\.string))
  }
}
