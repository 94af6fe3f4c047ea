/// What is wrong with a command line, read from the words of the parser, which has no other form of it for others.
///
/// Words that are not known stay as they are: another version of the parser may find better ones.
package enum UsageFault: Equatable, Sendable {
  /// An argument or option that is not there: `<model>`, `--output-dir <output-dir>`.
  case missing(String)
  /// An option without its value, `--seed <seed>`.
  case missingValue(String)
  /// A value that an argument or option cannot have, and those that it can, where they are few.
  case badValue(String, of: String, choices: [String])
  /// Arguments that nothing takes.
  case unexpected([String])
  /// An option that there is not.
  case unknownOption(String)
  /// Anything else.
  case other([String])

  /// Reads a message.
  package init(parserMessage text: String) {
    var lines = text.split(separator: "\n").map { String($0.drop { $0 == " " }) }
    if let first = lines.first, first.hasPrefix("Error: ") { lines[0] = String(first.dropFirst(7)) }
    let what = lines.first ?? ""
    let quoted = Self.quoted(what)
    switch quoted.first {
    case let name? where what.hasPrefix("Missing expected argument '"): self = .missing(name)
    case let name? where what.hasPrefix("Missing value for '"): self = .missingValue(name)
    case let name? where what.hasPrefix("Unknown option '"): self = .unknownOption(name)
    case _? where what.hasPrefix("Unexpected argument '") || what.contains(" unexpected arguments: '"):
      self = .unexpected(quoted)
    case let value? where what.hasPrefix("The value '") && quoted.count > 1 && Self.isPlain(what):
      let listed = lines.dropFirst().filter { $0.hasPrefix("- ") }.map { String($0.dropFirst(2)) }
      self = .badValue(value, of: quoted[1], choices: Array(quoted.dropFirst(2)) + listed)
    default: self = .other(lines)
    }
  }

  /// Whether nothing but the value and its choices is told: a validation has words of its own behind a colon.
  private static func isPlain(_ text: String) -> Bool {
    guard let end = text.range(of: "' is invalid for '")?.upperBound,
      let close = text[end...].firstIndex(of: "'")
    else { return false }
    let rest = text[text.index(after: close)...]
    return rest.isEmpty || rest == "." || rest.hasPrefix(". Please provide one of")
  }

  /// What stands between apostrophes.
  private static func quoted(_ text: String) -> [String] {
    text.split(separator: "'", omittingEmptySubsequences: false).enumerated().compactMap { index, part in
      index % 2 == 1 ? String(part) : nil
    }
  }

  /// The fault in the program's words.
  ///
  /// - Parameter page: what there is to say about the verb.
  /// - Returns: what is wrong, why, and the mend.
  package func words(_ page: HelpPage) -> (what: String, why: String, mend: String) {
    let help = "\(page.name) --help explains it"
    switch self {
    case .missing(let synopsis):
      let name = Self.spoken(synopsis)
      return ("\(page.name) needs \(name)", page.about(synopsis), "\(page.usage); \(help)")
    case .missingValue(let synopsis):
      let option = Self.option(synopsis)
      return ("\(option) has no value", page.about(synopsis), "\(Self.spoken(synopsis)); \(help)")
    case .badValue(let value, let synopsis, let choices):
      let near = Spelling.nearest(to: value, in: choices)
      return (
        "\(Self.option(synopsis)) cannot be \(value.isEmpty ? "empty" : value)",
        choices.isEmpty ? page.about(synopsis) : "it is one of \(choices.joined(separator: ", "))",
        near.map { "did you mean \($0)?" } ?? help
      )
    case .unexpected(let words):
      let list = words.joined(separator: " ")
      return (
        "\(page.name) does not know what to do with \(list)", "",
        page.verbs.isEmpty ? "\(page.usage); \(help)" : help
      )
    case .unknownOption(let name):
      let isText = name.contains(" ")
      return (
        "\(page.name) has no option \(name)",
        isText ? "a text that begins with a hyphen looks like one" : "",
        isText
          ? "put -- before it: \(page.name) … -- \"\(name)\""
          : Spelling.nearest(to: name, in: page.optionNames).map { "did you mean \($0)?" }
            ?? "\(page.name) --help lists them"
      )
    case .other(let lines):
      let what = lines.first ?? "this cannot be understood"
      return (
        what.prefix(1).lowercased() + what.dropFirst(), lines.dropFirst().joined(separator: " "), help
      )
    }
  }

  /// `MODEL` for `<model>`, `--output-dir OUTPUT-DIR` for an option.
  private static func spoken(_ synopsis: String) -> String {
    let parts = synopsis.split(separator: " ").map { part in
      part.hasPrefix("<") ? part.filter { $0 != "<" && $0 != ">" }.uppercased() : String(part)
    }
    return parts.joined(separator: " ")
  }

  /// `--seed` for `--seed <seed>`, `MODEL` for `<model>`.
  private static func option(_ synopsis: String) -> String {
    spoken(synopsis).split(separator: " ").first.map(String.init) ?? synopsis
  }
}

extension HelpPage {
  /// What the page says about an argument or option, as half a sentence: `--seed <seed>`.
  fileprivate func about(_ synopsis: String) -> String {
    let words = synopsis.split(separator: " ").map(String.init)
    let item = items.first { item in
      item.names.isEmpty ? words == ["<\(item.value ?? "")>"] : words.first.map(item.names.contains) == true
    }
    guard let text = item?.text, let first = text.first else { return "" }
    // A word in capitals stays one.
    let isWord = text.dropFirst().first?.isUppercase != true
    let begin = isWord ? first.lowercased() : String(first)
    return begin + (text.hasSuffix(".") ? text.dropFirst().dropLast() : text.dropFirst())
  }
}
