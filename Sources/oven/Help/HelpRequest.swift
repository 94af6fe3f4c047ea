import ArgumentParser
import JSON

/// What is shown instead of the parser's own words: help, and what is wrong with a command line.
package enum HelpRequest {
  /// The parser's description of the program.
  package static var dump: JSON { (try? JSON(parsing: Oven._dumpHelp())) ?? .null }

  /// The lines of help that a command line asks for.
  static func lines(_ arguments: [String]) -> [String] {
    let dump = dump
    guard let page = HelpPage(dump: dump, path: HelpPage.path(in: arguments, dump: dump)) else { return [] }
    return HelpScreen(
      page, groups: Oven.groups.map { ($0.name, $0.subcommands.map { $0._commandName }) },
      width: Terminal.output.width, title: { Terminal.output.styled($0, .bold) }
    ).lines
  }

  /// A verb that there is not; nil where the first word is one, or none.
  static func wrongVerb(_ arguments: [String]) -> ErrorReport? {
    let words = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
    guard let first = words.first, !first.hasPrefix("-"), first != "help" else { return nil }
    // The hidden ones are verbs, too; only nobody is told of them.
    guard !Oven.configuration.subcommands.contains(where: { $0._commandName == first }) else { return nil }
    let verbs = Oven.groups.flatMap(\.subcommands).map { $0._commandName }
    let isModel = first.contains("/") || first.hasSuffix(".gguf")
    let near = isModel ? nil : Spelling.nearest(to: first, in: verbs)
    return ErrorReport(
      what: "there is no verb \(first)", why: "",
      mend: isModel
        ? "to ask that model: oven run \(first)"
        : near.map { "did you mean oven \($0)?" } ?? "oven --help lists the verbs", status: .usage)
  }

  /// An error of the parser in the program's words.
  static func report(_ error: any Error, _ arguments: [String]) -> ErrorReport {
    let dump = dump
    let path = HelpPage.path(in: arguments, dump: dump)
    let name = (["oven"] + path).joined(separator: " ")
    if let page = HelpPage(dump: dump, path: path) {
      let options = arguments.prefix { $0 != "--" }.filter { $0.hasPrefix("--") }
        .map { String($0.prefix { $0 != "=" }) }
      if let wrong = options.first(where: { !page.optionNames.contains($0) }) {
        let near = Spelling.nearest(to: wrong, in: page.optionNames.filter { $0.hasPrefix("--") })
        return ErrorReport(
          what: "\(name) has no option \(wrong)", why: "",
          mend: near.map { "did you mean \($0)?" }
            ?? (path.isEmpty ? "the verb comes first; oven --help lists them" : "\(name) --help lists them"),
          status: .usage)
      }
    }
    if let page = HelpPage(dump: dump, path: path), !page.verbs.isEmpty,
      let word = arguments.dropFirst(path.count).first(where: { !$0.hasPrefix("-") })
    {
      let near = Spelling.nearest(to: word, in: page.verbs.map(\.name))
      return ErrorReport(
        what: "\(name) has no verb \(word)", why: "",
        mend: near.map { "did you mean \(name) \($0)?" } ?? "\(name) --help lists them", status: .usage)
    }
    let fault = UsageFault(parserMessage: Oven.message(for: error))
    guard let page = HelpPage(dump: dump, path: path) else {
      return ErrorReport(what: "this cannot be understood", why: "", mend: "oven --help", status: .usage)
    }
    let words = fault.words(page)
    return ErrorReport(what: words.what, why: words.why, mend: words.mend, status: .usage)
  }
}
