import JSON

/// A component of `tokenizer.json` being read: its members, and its place in the file for error messages.
struct ComponentJSON {
  let json: JSON
  let path: String

  init(_ json: JSON, path: String) {
    self.json = json
    self.path = path
  }

  /// The member `type`.
  func type() throws(TokenizerError) -> String { try string("type") }

  /// Refuses a component by name.
  func unknown(_ type: String) -> TokenizerError {
    TokenizerError(
      .unsupported, "\(path) is a '\(type)', a component that is not known",
      mend: "report the model, or replace the component in tokenizer.json")
  }

  /// Reports a member that is missing or of another type.
  func malformed(_ key: String, expected: String) -> TokenizerError {
    let found = json[key].map { "found \(String($0.serialized().prefix(60)))" } ?? "it is missing"
    return TokenizerError(.malformed, "\(path).\(key) should be \(expected), \(found)")
  }

  /// Whether there is such a member and it is not null.
  func has(_ key: String) -> Bool { json[key].map { !$0.isNull } ?? false }

  func string(_ key: String) throws(TokenizerError) -> String {
    guard let value = json[key]?.string else { throw malformed(key, expected: "a string") }
    return value
  }

  func optionalString(_ key: String) throws(TokenizerError) -> String? {
    has(key) ? try string(key) : nil
  }

  func scalar(_ key: String) throws(TokenizerError) -> Unicode.Scalar {
    let scalars = try string(key).unicodeScalars
    guard scalars.count == 1, let scalar = scalars.first else {
      throw malformed(key, expected: "one character")
    }
    return scalar
  }

  func integer(_ key: String, default value: Int? = nil) throws(TokenizerError) -> Int {
    if let value, !has(key) { return value }
    guard let number = json[key]?.int, (0..<1 << 31).contains(number) else {
      throw malformed(key, expected: "a whole number from 0 to 2147483647")
    }
    return number
  }

  func bool(_ key: String, default value: Bool? = nil) throws(TokenizerError) -> Bool {
    if let value, !has(key) { return value }
    guard let flag = json[key]?.bool else { throw malformed(key, expected: "true or false") }
    return flag
  }

  /// The components in a list.
  func list(_ key: String) throws(TokenizerError) -> [ComponentJSON] {
    guard let elements = json[key]?.array else { throw malformed(key, expected: "a list") }
    return elements.enumerated().map { ComponentJSON($0.element, path: "\(path).\(key)[\($0.offset)]") }
  }

  /// A component in a member, nil where it is missing or null.
  func component(_ key: String) -> ComponentJSON? {
    guard has(key), let member = json[key] else { return nil }
    return ComponentJSON(member, path: path.isEmpty ? key : "\(path).\(key)")
  }

  /// Reads every component of a list.
  func components<T>(
    _ key: String, _ read: (ComponentJSON) throws(TokenizerError) -> T
  ) throws(TokenizerError) -> [T] {
    var result: [T] = []
    for element in try list(key) { result.append(try read(element)) }
    return result
  }
}
