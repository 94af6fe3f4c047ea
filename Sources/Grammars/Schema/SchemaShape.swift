/// One way to satisfy some schemas, type by type. Several ways are a list of shapes.
struct SchemaShape {
  typealias Location = SchemaDocument.Location
  typealias Language = LanguageTable.ID

  /// Schemas that a value has to satisfy together: sorted, without duplicates; none for any value.
  typealias Together = [Location]

  var allowsNull = true
  var allowsTrue = true
  var allowsFalse = true
  /// The texts of numbers; nil for none.
  var number: Language?
  /// The texts of strings, as `CharacterEncoding.json` writes them; nil for none.
  var string: Language?
  var array: ArrayShape? = ArrayShape()
  var object: ObjectShape? = ObjectShape()

  /// Whether no type is left.
  var isEmpty: Bool {
    !allowsNull && !allowsTrue && !allowsFalse && number == nil && string == nil && array == nil
      && object == nil
  }

  /// Nothing at all.
  static let never = SchemaShape(
    allowsNull: false, allowsTrue: false, allowsFalse: false, number: nil, string: nil, array: nil,
    object: nil)
}

/// What arrays may be.
struct ArrayShape {
  /// The first elements.
  var prefix: [SchemaShape.Together] = []
  /// All further ones.
  var rest: SchemaShape.Together = []
  var least = 0
  var most: Int?

  var isAny: Bool { prefix.isEmpty && rest.isEmpty && least == 0 && most == nil }

  /// The schemas of an element.
  func element(_ index: Int) -> SchemaShape.Together { index < prefix.count ? prefix[index] : rest }
}

/// What objects may be. Each schema's own properties stay together, because `additionalProperties` means what is not
/// named beside it.
struct ObjectShape {
  /// The properties that one schema names.
  struct Facet {
    private(set) var properties: [(name: String, schemas: SchemaShape.Together)]
    private let places: [String: Int]
    /// Languages of names (in `CharacterEncoding.json`) with what their values are.
    var patterns: [(names: LanguageTable.ID, schemas: SchemaShape.Together)] = []
    var additional: SchemaShape.Together = []

    /// Properties, each name once.
    init(_ properties: [(name: String, schemas: SchemaShape.Together)] = []) {
      self.properties = properties
      places = Dictionary(properties.enumerated().map { ($1.name, $0) }) { $1 }
    }

    /// The schemas of a property.
    func value(_ name: String, _ table: LanguageTable) -> SchemaShape.Together {
      var result: SchemaShape.Together = []
      var isNamed = false
      if let place = places[name] {
        result = properties[place].schemas
        isNamed = true
      }
      if patterns.isEmpty { return isNamed ? result : additional }
      let text = table.literal(name, .json)
      for pattern in patterns where !table.areDisjoint(pattern.names, text) {
        result += pattern.schemas
        isNamed = true
      }
      return isNamed ? result : additional
    }
  }

  var facets: [Facet] = []
  /// Names that must be there, in the order in which they were found.
  var required: [String] = []
  /// What all names must be (in `CharacterEncoding.json`); nil for anything.
  var names: LanguageTable.ID?
  var least = 0
  var most: Int?

  var isAny: Bool { facets.isEmpty && required.isEmpty && names == nil && least == 0 && most == nil }

  /// All names that a schema mentions, in its order, then those that are only required.
  var declared: [String] {
    var seen: Set<String> = []
    var result: [String] = []
    for name in facets.flatMap({ $0.properties.map(\.name) }) + required where seen.insert(name).inserted {
      result.append(name)
    }
    return result
  }

  /// The schemas of a property.
  func value(_ name: String, _ table: LanguageTable) -> SchemaShape.Together {
    if let names, table.areDisjoint(names, table.literal(name, .json)) { return [SchemaDocument.never] }
    return facets.flatMap { $0.value(name, table) }.together
  }
}

extension [SchemaDocument.Location] {
  /// Sorted, each once; `never` alone where it is among them.
  var together: [SchemaDocument.Location] {
    contains(SchemaDocument.never) ? [SchemaDocument.never] : Set(self).sorted()
  }
}
