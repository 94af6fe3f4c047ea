/// Both spellings of an option: users of Python tools write `--model_xml`, everybody else `--model-xml`.
enum OptionSpelling {
  /// The arguments with underscores in option names turned into hyphens; values and what follows `--` stay.
  static func normalized(_ arguments: some Sequence<String>) -> [String] {
    var isLiteral = false
    return arguments.map { argument in
      guard !isLiteral, argument.hasPrefix("--") else { return argument }
      if argument == "--" { isLiteral = true }
      let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts[0].replacing("_", with: "-")
      return parts.count == 1 ? String(name) : "\(name)=\(parts[1])"
    }
  }
}
