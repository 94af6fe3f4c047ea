/// How shapes are joined, turned around and found to be empty.
struct ShapeAlgebra {
  let table: LanguageTable
  let document: SchemaDocument
  private let numbers: NumberLanguage
  private let anyText: LanguageTable.ID
  /// Any value.
  let any: SchemaShape

  init(_ table: LanguageTable, _ document: SchemaDocument) {
    self.table = table
    self.document = document
    numbers = NumberLanguage(table)
    anyText = table.anyText(.json)
    any = SchemaShape(number: numbers.any, string: anyText)
  }

  /// The values that both allow.
  func intersection(_ first: SchemaShape, _ second: SchemaShape) -> SchemaShape {
    SchemaShape(
      allowsNull: first.allowsNull && second.allowsNull,
      allowsTrue: first.allowsTrue && second.allowsTrue,
      allowsFalse: first.allowsFalse && second.allowsFalse,
      number: common(first.number, second.number),
      string: texts(first.string, second.string),
      array: array(first.array, second.array),
      object: object(first.object, second.object))
  }

  private func common(_ first: LanguageTable.ID?, _ second: LanguageTable.ID?) -> LanguageTable.ID? {
    guard let first, let second else { return nil }
    return nonempty(table.intersection([first, second]))
  }

  private func texts(_ first: LanguageTable.ID?, _ second: LanguageTable.ID?) -> LanguageTable.ID? {
    guard let first, let second else { return nil }
    return nonempty(table.texts(in: [first, second]))
  }

  private func nonempty(_ language: LanguageTable.ID) -> LanguageTable.ID? {
    table.hasText(language) ? language : nil
  }

  private func array(_ first: ArrayShape?, _ second: ArrayShape?) -> ArrayShape? {
    guard let first, let second else { return nil }
    let count = max(first.prefix.count, second.prefix.count)
    var result = ArrayShape(
      prefix: (0..<count).map { (first.element($0) + second.element($0)).together },
      rest: (first.rest + second.rest).together, least: max(first.least, second.least),
      most: least(first.most, second.most))
    return tidy(&result) ? result : nil
  }

  private func least(_ first: Int?, _ second: Int?) -> Int? {
    guard let first, let second else { return first ?? second }
    return min(first, second)
  }

  /// Ends an array before the first element that nothing satisfies; false where none is left.
  private func tidy(_ array: inout ArrayShape) -> Bool {
    let never = [SchemaDocument.never]
    if let end = array.prefix.firstIndex(of: never) {
      array.most = least(array.most, end)
    } else if array.rest == never {
      array.most = least(array.most, array.prefix.count)
    }
    return array.most.map { $0 >= array.least } ?? true
  }

  private func object(_ first: ObjectShape?, _ second: ObjectShape?) -> ObjectShape? {
    guard let first, let second else { return nil }
    var result = first
    result.facets += second.facets
    result.required += second.required.filter { !first.required.contains($0) }
    result.least = max(first.least, second.least)
    result.most = least(first.most, second.most)
    if let names = second.names {
      result.names = first.names.map { table.intersection([$0, names]) } ?? names
    }
    if let most = result.most, most < max(result.least, result.required.count) { return nil }
    for name in result.required where result.value(name, table) == [SchemaDocument.never] { return nil }
    return result
  }

  // MARK: Negation

  /// The values that a shape does not allow; nil where that cannot be said as shapes.
  func negation(_ shape: SchemaShape) -> [SchemaShape]? {
    var result: [SchemaShape] = []
    var scalars = SchemaShape.never
    scalars.allowsNull = !shape.allowsNull
    scalars.allowsTrue = !shape.allowsTrue
    scalars.allowsFalse = !shape.allowsFalse
    scalars.string =
      shape.string.map { $0 == anyText ? nil : nonempty(table.difference(anyText, $0)) } ?? anyText
    if let number = shape.number {
      if number != any.number { scalars.number = nonempty(table.difference(numbers.canonical, number)) }
    } else {
      scalars.number = any.number
    }
    if shape.array == nil { scalars.array = ArrayShape() }
    if shape.object == nil { scalars.object = ObjectShape() }
    if !scalars.isEmpty { result.append(scalars) }
    if let array = shape.array {
      guard let others = negation(array) else { return nil }
      result += others.map {
        var one = SchemaShape.never
        one.array = $0
        return one
      }
    }
    if let object = shape.object {
      guard let others = negation(object) else { return nil }
      result += others.map {
        var one = SchemaShape.never
        one.object = $0
        return one
      }
    }
    return result
  }

  private func negation(_ array: ArrayShape) -> [ArrayShape]? {
    guard array.prefix.allSatisfy(\.isEmpty), array.rest.isEmpty else { return nil }
    var result: [ArrayShape] = []
    if array.least > 0 { result.append(ArrayShape(most: array.least - 1)) }
    if let most = array.most { result.append(ArrayShape(least: most + 1)) }
    return result
  }

  private func negation(_ object: ObjectShape) -> [ObjectShape]? {
    guard object.names == nil, object.facets.allSatisfy({ $0.additional.isEmpty && $0.patterns.isEmpty })
    else { return nil }
    var result: [ObjectShape] = []
    for name in object.required {
      let facet = ObjectShape.Facet([(name, [SchemaDocument.never])])
      result.append(ObjectShape(facets: [facet]))
    }
    for name in object.declared {
      let value = object.value(name, table)
      if value.isEmpty { continue }
      let facet = ObjectShape.Facet([(name, [document.negation(of: value)])])
      result.append(ObjectShape(facets: [facet], required: [name]))
    }
    if object.least > 0 { result.append(ObjectShape(most: object.least - 1)) }
    if let most = object.most { result.append(ObjectShape(least: most + 1)) }
    return result
  }
}
