import JSON

/// Reads members of a client's JSON and names those of the wrong type, with their path. A member that is null is one
/// that is not given.
struct WireReader: Equatable {
  /// The value.
  let json: JSON
  /// Where it stands in the request; empty for the request itself.
  let path: String

  init(_ json: JSON, path: String = "") {
    self.json = json
    self.path = path
  }

  /// The path of a member.
  func path(of name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// A fault of the value itself, or of one of its members.
  func fault(_ message: String, _ name: String? = nil) -> ServingError {
    ServingError(.badRequest, message, parameter: name.map(path(of:)) ?? (path.isEmpty ? nil : path))
  }

  /// A member; nil where it is not there or null.
  func member(_ name: String) -> WireReader? {
    guard let value = json[name], !value.isNull else { return nil }
    return WireReader(value, path: path(of: name))
  }

  /// A member that is an object, to read its members; nil where it is not there or null.
  func nested(_ name: String) throws(ServingError) -> WireReader? {
    try value(name, "an object", \.object) == nil ? nil : member(name)
  }

  private func value<Value>(
    _ name: String, _ type: String, _ read: (JSON) -> Value?
  ) throws(ServingError) -> Value? {
    guard let member = json[name], !member.isNull else { return nil }
    guard let value = read(member) else {
      throw fault("\(path(of: name)) is \(Self.excerpt(member)), not \(type)", name)
    }
    return value
  }

  /// A string under the first of these names that is there.
  func string(_ names: String...) throws(ServingError) -> String? {
    for name in names { if let text = try value(name, "a string", \.string) { return text } }
    return nil
  }

  func bool(_ name: String) throws(ServingError) -> Bool? { try value(name, "true or false", \.bool) }
  /// A number under the first of these names that is there.
  func double(_ names: String...) throws(ServingError) -> Double? { try double(names) }

  /// A number under the first of these names that is there.
  func double(_ names: [String]) throws(ServingError) -> Double? {
    for name in names { if let number = try value(name, "a number", \.double) { return number } }
    return nil
  }

  func int(_ name: String) throws(ServingError) -> Int? {
    // What lies just beyond the least integer was rounded to it.
    try value(name, "an integer") { $0 == .double(-0x1p63) ? nil : $0.int }
  }

  func object(_ name: String) throws(ServingError) -> JSONObject? { try value(name, "an object", \.object) }

  /// The elements of an array.
  func list(_ name: String) throws(ServingError) -> [WireReader]? {
    try value(name, "an array", \.array).map { elements in
      elements.enumerated().map { WireReader($1, path: "\(path(of: name))[\($0)]") }
    }
  }

  /// A string that must be there.
  func requiredString(_ name: String) throws(ServingError) -> String {
    guard let text = try string(name) else { throw missing(name) }
    return text
  }

  /// What to say of a member that must be there.
  func missing(_ name: String) -> ServingError { fault("\(path(of: name)) is missing", name) }

  /// One string or a list of them.
  func strings(_ name: String) throws(ServingError) -> [String]? {
    try value(name, "a string or a list of strings") { entry in
      if let single = entry.string { return [single] }
      let all = entry.array?.map(\.string)
      return all.flatMap { $0.contains(nil) ? nil : $0.compactMap { $0 } }
    }
  }

  private static func excerpt(_ json: JSON) -> String {
    switch json {
    case .object: "an object"
    case .array: "an array"
    default: String(json.serialized().prefix(60))
    }
  }
}
