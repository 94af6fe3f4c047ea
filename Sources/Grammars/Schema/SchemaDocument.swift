import JSON

/// The schemas of a document by number, and what its references lead to.
final class SchemaDocument {
  /// The number of a schema.
  typealias Location = Int

  /// What a number stands for.
  enum Source {
    case schema(JSON)
    /// Whatever these schemas together do not accept.
    case negation(of: [Location])
  }

  /// The schema that accepts nothing.
  static let never: Location = 0

  private let root: JSON
  private(set) var sources: [Source] = [.schema(.bool(false))]
  private(set) var pointers: [String] = [""]
  private var numbers: [String: Location] = [:]
  private var negations: [[Location]: Location] = [:]
  /// The pointers of schemas that have a URI of their own, with it.
  private var bases: [(pointer: String, uri: String)] = []
  private var identified: [String: String] = [:]

  init(_ root: JSON) {
    self.root = root
    bases = [("", "")]
    collect(root, "", base: "")
  }

  /// The number of the schema at a pointer.
  func location(_ schema: JSON, at pointer: String) -> Location {
    if let known = numbers[pointer] { return known }
    numbers[pointer] = sources.count
    sources.append(.schema(schema))
    pointers.append(pointer)
    return sources.count - 1
  }

  /// The number of what some schemas together do not accept.
  func negation(of schemas: [Location]) -> Location {
    if let known = negations[schemas] { return known }
    negations[schemas] = sources.count
    sources.append(.negation(of: schemas))
    pointers.append(schemas.first.map { pointers[$0] } ?? "")
    return sources.count - 1
  }

  /// A name as a step of a JSON pointer (RFC 6901).
  static func step(_ name: String) -> String {
    "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
  }

  // MARK: References

  /// Keywords whose values are schemas, or lists of them.
  private static let schemas: Set<String> = [
    "items", "additionalItems", "prefixItems", "additionalProperties", "propertyNames", "allOf", "anyOf",
    "oneOf",
    "not", "if", "then", "else", "contains", "unevaluatedItems", "unevaluatedProperties",
  ]
  /// Keywords whose values hold schemas by name.
  private static let maps: Set<String> = [
    "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies",
  ]

  private func collect(_ value: JSON, _ pointer: String, base: String) {
    var base = base
    switch value {
    case .object(let members):
      for key in ["$id", "id"] {
        guard let own = members[key]?.string, key == "$id" || own.contains("#") || own.contains("/") else {
          continue
        }
        if own.hasPrefix("#") {
          identified[base + own] = identified[base + own] ?? pointer
        } else {
          base = Self.resolve(own.hasSuffix("#") ? String(own.dropLast()) : own, against: base)
          identified[base] = identified[base] ?? pointer
          bases.append((pointer, base))
        }
      }
      for key in ["$anchor", "$dynamicAnchor"] {
        if let anchor = members[key]?.string { identified["\(base)#\(anchor)"] = pointer }
      }
      for (key, member) in members {
        let inner = pointer + Self.step(key)
        if Self.schemas.contains(key) {
          collect(member, inner, base: base)
        } else if Self.maps.contains(key), let named = member.object {
          for (name, schema) in named { collect(schema, inner + Self.step(name), base: base) }
        }
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() { collect(element, "\(pointer)/\(index)", base: base) }
    default: break
    }
  }

  /// A reference against the URI of the schema it stands in (RFC 3986, for the forms that schemas have).
  private static func resolve(_ reference: String, against base: String) -> String {
    if reference.isEmpty { return base }
    if let colon = reference.firstIndex(of: ":"), !reference[..<colon].contains("/") { return reference }
    let authority = base.firstRange(of: "://").map { start in
      base[start.upperBound...].firstIndex(of: "/") ?? base.endIndex
    }
    if reference.hasPrefix("/") { return String(base[..<(authority ?? base.startIndex)]) + reference }
    let folder = base.lastIndex(of: "/").flatMap { slash in
      authority.map { slash >= $0 } ?? true ? slash : nil
    }
    guard let folder else { return authority == nil ? reference : "\(base)/\(reference)" }
    return String(base[...folder]) + reference
  }

  /// The schema that a reference leads to.
  func target(of reference: String, from location: Location) throws(GrammarError) -> Location {
    let pointer = pointers[location]
    let resource = bases.last { base in
      base.pointer.isEmpty || pointer == base.pointer || pointer.hasPrefix(base.pointer + "/")
    }
    let base = resource?.uri ?? ""
    let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let fragment = parts.count > 1 ? Self.decoded(String(parts[1])) : ""
    let uri = Self.resolve(String(parts[0]), against: base)
    if fragment.isEmpty || fragment.hasPrefix("/") {
      let start = uri == base ? resource?.pointer : identified[uri]
      if let start, let found = find(start + fragment) {
        return self.location(found, at: start + fragment)
      }
    } else if let anchored = identified["\(uri)#\(fragment)"], let found = find(anchored) {
      return self.location(found, at: anchored)
    }
    throw GrammarError(
      "$ref", at: pointer + "/$ref",
      "the reference \(reference.debugDescription) leads to no schema of this document")
  }

  /// The value at a pointer.
  private func find(_ pointer: String) -> JSON? {
    var value = root
    for step in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let name = step.replacing("~1", with: "/").replacing("~0", with: "~")
      let next: JSON? =
        switch value {
        case .object(let members): members[String(name)]
        case .array: Int(String(name)).flatMap { value[$0] }
        default: nil
        }
      guard let next else { return nil }
      value = next
    }
    return value
  }

  private static func decoded(_ text: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
