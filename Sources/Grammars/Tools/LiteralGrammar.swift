import JSON

/// The grammar of calls whose arguments are literals of a programming language.
enum LiteralGrammar {
  case python
  case gemma(String, String, quote: String)

  /// A tool's call in the notation.
  func call(_ tool: ToolDescription) throws(GrammarError) -> String {
    let required = Set((tool.parameters["required"]?.array ?? []).compactMap(\.string))
    var members: [(text: String, isRequired: Bool)] = []
    for (name, schema) in tool.parameters["properties"]?.object ?? [:] {
      let key = self.isPython ? "\(name)=" : "\(name):"
      members.append(("\(quoted(key)) \(try value(schema, tool, name))", required.contains(name)))
    }
    let list = Self.list(members, separator: isPython ? ", " : ",")
    switch self {
    case .python: return "\(quoted(tool.name + "(")) \(list) \(quoted(")"))"
    case .gemma(let open, let close, _):
      return "\(quoted("\(open)call:\(tool.name){")) \(list) \(quoted("}" + close))"
    }
  }

  private var isPython: Bool {
    if case .python = self { return true }
    return false
  }

  /// Members in their order, each with a separator before it unless it is the first one that is there.
  private static func list(_ members: [(text: String, isRequired: Bool)], separator: String) -> String {
    let comma = quoted(separator)
    // With a member before, and without one.
    var following = ""
    var leading = ""
    for member in members.reversed() {
      let with = "\(comma) \(member.text)"
      let nowLeading = "\(member.text) \(following)"
      leading = member.isRequired || leading.isEmpty ? nowLeading : "(\(nowLeading) | \(leading))"
      following = "\(member.isRequired ? with : "(\(with))?") \(following)"
    }
    return members.allSatisfy { !$0.isRequired } && !members.isEmpty ? "(\(leading))?" : leading
  }

  private func value(
    _ schema: JSON, _ tool: ToolDescription, _ name: String, depth: Int = 0
  ) throws(GrammarError) -> String {
    if let values = schema["const"].map({ [$0] }) ?? schema["enum"]?.array {
      return "(" + values.map { quoted(literal($0)) }.joined(separator: " | ") + ")"
    }
    switch schema["type"]?.string {
    case "string": return string
    case "integer": return "/-?(0|[1-9][0-9]{0,17})/"
    case "number": return "/-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,17})?/"
    case "boolean": return isPython ? "(\"True\" | \"False\")" : "(\"true\" | \"false\")"
    case "null": return isPython ? "\"None\"" : "\"null\""
    case "array" where depth < 8:
      let element = try value(schema["items"] ?? [:], tool, name, depth: depth + 1)
      return "\"[\" (\(element) (\(quoted(isPython ? ", " : ",")) \(element))*)? \"]\""
    case nil where !tool.isStrict: return string
    default:
      if !tool.isStrict { return string }
      throw GrammarError(
        "type", at: "/\(tool.name)/parameters/properties/\(name)",
        "tool \(tool.name): this argument cannot be enforced in the form in which this model writes calls")
    }
  }

  private var string: String {
    switch self {
    case .python: #"/'([^'\\\n]|\\[nt'"\\])*'/"#
    case .gemma(_, _, let quote): "\(quoted(quote)) \(CallBlock.text([:], without: quote)) \(quoted(quote))"
    }
  }

  private func literal(_ value: JSON) -> String {
    switch (value, self) {
    case (.string(let text), .python):
      "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'").replacing("\n", with: "\\n"))'"
    case (.string(let text), .gemma(_, _, let quote)): quote + text + quote
    case (.bool(let isTrue), .python): isTrue ? "True" : "False"
    case (.null, .python): "None"
    default: value.serialized()
    }
  }
}
