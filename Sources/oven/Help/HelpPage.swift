import JSON

/// What there is to say about a verb: read from the parser, shown on a terminal or as a manual page.
package struct HelpPage: Sendable {
  /// An argument, an option or a flag.
  package struct Item: Sendable {
    /// `--device`, `-o`; empty for an argument.
    package var names: [String]
    /// What stands for its value: `device`; nil for a flag.
    package var value: String?
    package var text: String
    package var isOptional: Bool
    package var isRepeating: Bool
    /// The heading it belongs under.
    package var section: String?

    /// How it is written: `-o, --output-dir <output-dir>`.
    package var synopsis: String {
      let value = value.map { "<\($0)>" }
      return names.isEmpty ? value ?? "" : names.joined(separator: ", ") + (value.map { " " + $0 } ?? "")
    }
  }

  /// A piece of the explanation.
  package enum Block: Sendable, Equatable {
    case paragraph(String)
    /// Lines that are to be copied, and therefore not wrapped.
    case example([String])
  }

  /// `oven cache list`.
  package let name: String
  package let abstract: String
  package let blocks: [Block]
  package let items: [Item]
  /// The verbs below this one, with what they do.
  package let verbs: [(name: String, abstract: String)]

  /// The page of a command.
  ///
  /// - Parameters:
  ///   - dump: the parser's description of the whole program.
  ///   - path: the verbs that lead to it: none for the program itself.
  package init?(dump: JSON, path: [String]) {
    guard var command = dump["command"], let program = command["commandName"]?.string else { return nil }
    for verb in path {
      guard let inner = Self.verbs(of: command).first(where: { Self.isNamed(verb, $0) }) else { return nil }
      command = inner
    }
    name = ([program] + path).joined(separator: " ")
    abstract = command["abstract"]?.string ?? ""
    blocks = Self.blocks(command["discussion"]?.string ?? "")
    items = (command["arguments"]?.array ?? []).compactMap(Self.item)
    verbs = Self.verbs(of: command).map { ($0["commandName"]?.string ?? "", $0["abstract"]?.string ?? "") }
  }

  /// The verbs at the beginning of a command line: those of a command whose help is asked for, or that has failed.
  package static func path(in arguments: some Sequence<String>, dump: JSON) -> [String] {
    var command = dump["command"] ?? .null
    var path: [String] = []
    for argument in arguments where !argument.hasPrefix("-") && argument != "help" {
      guard let inner = verbs(of: command).first(where: { isNamed(argument, $0) }),
        let name = inner["commandName"]?.string
      else { break }
      path.append(name)
      command = inner
    }
    return path
  }

  private static func verbs(of command: JSON) -> [JSON] {
    (command["subcommands"]?.array ?? []).filter {
      $0["shouldDisplay"]?.bool != false && $0["commandName"]?.string != "help"
    }
  }

  private static func isNamed(_ name: String, _ command: JSON) -> Bool {
    command["commandName"]?.string == name
      || command["aliases"]?.array?.contains { $0.string == name } == true
  }

  private static func item(_ json: JSON) -> Item? {
    guard json["shouldDisplay"]?.bool != false else { return nil }
    let names = (json["names"]?.array ?? []).compactMap { name -> String? in
      name["name"]?.string.map { (name["kind"]?.string == "long" ? "--" : "-") + $0 }
    }
    let isFlag = json["kind"]?.string == "flag"
    var text = json["abstract"]?.string ?? ""
    let initial = json["defaultValue"]?.string ?? ""
    if !initial.isEmpty, !isFlag, !text.contains("(default:") { text += " (default: \(initial))" }
    return Item(
      names: names.sorted { $0.count < $1.count }, value: isFlag ? nil : json["valueName"]?.string ?? "value",
      text: text, isOptional: json["isOptional"]?.bool ?? false,
      isRepeating: json["isRepeating"]?.bool ?? false, section: json["sectionTitle"]?.string)
  }

  /// Paragraphs, whose line ends are only those of the source, and indented lines.
  package static func blocks(_ text: String) -> [Block] {
    var blocks: [Block] = []
    var isOpen = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let words = line.drop { $0 == " " }
      guard !words.isEmpty else {
        isOpen = false
        continue
      }
      let isExample = line.hasPrefix("  ")
      switch (isOpen ? blocks.last : nil, isExample) {
      case (.paragraph(let before), false): blocks[blocks.count - 1] = .paragraph(before + " " + words)
      case (.example(let before), true): blocks[blocks.count - 1] = .example(before + [String(words)])
      default: blocks.append(isExample ? .example([String(words)]) : .paragraph(String(words)))
      }
      isOpen = true
    }
    return blocks
  }

  /// `oven bake [SOURCE] [options]`.
  package var usage: String {
    let arguments = items.filter(\.names.isEmpty).map { item in
      let value = (item.value ?? "value").uppercased() + (item.isRepeating ? " …" : "")
      return item.isOptional ? "[\(value)]" : value
    }
    let required = items.filter { !$0.names.isEmpty && !$0.isOptional && $0.value != nil }.map { item in
      "\(item.names.last ?? "") \((item.value ?? "value").uppercased())"
    }
    let hasOptions = items.contains { !$0.names.isEmpty && $0.isOptional }
    let verb = verbs.isEmpty ? [] : ["VERB"]
    return ([name] + verb + arguments + required + (hasOptions && verb.isEmpty ? ["[options]"] : []))
      .joined(separator: " ")
  }

  /// Every option's names, for whoever has misspelt one.
  package var optionNames: [String] { items.flatMap(\.names) + ["--help"] }
}
