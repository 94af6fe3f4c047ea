/// Arguments of a certain type.
extension Interpreter {
  func integer(_ value: Value?, or missing: Int, _ what: String) throws(TemplateError) -> Int {
    guard let value else { return missing }
    guard let integer = value.integer else {
      if case .undefined(let undefined) = value { throw misuse(undefined) }
      throw error(.type, "\(what) must be an integer, not '\(value.typeName)'")
    }
    return integer
  }

  func text(_ value: Value?, or missing: String, _ what: String) throws(TemplateError) -> String {
    guard let value else { return missing }
    guard case .string(let text) = value.plain else {
      if case .undefined(let undefined) = value { throw misuse(undefined) }
      throw error(.type, "\(what) must be str, not \(value.typeName)")
    }
    return text
  }

  /// A text, or nil for `none` and for an argument that is not given.
  func optionalText(_ value: Value?, _ what: String) throws(TemplateError) -> String? {
    guard let value, !value.isNone else { return nil }
    return try text(value, or: "", what)
  }
}
