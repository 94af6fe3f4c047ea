import ArgumentParser
import Baking
import Files
import JSON

/// `oven manual DIR`: the manual pages, for whoever installs the program.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual",
    abstract: "Write the manual pages into a folder.",
    discussion: """
      One page for the program and one for each verb, as `man` reads them: what --help shows.

        oven manual /usr/local/share/man/man1
      """, shouldDisplay: false)

  @Argument(help: "The folder; it is made where it does not exist.", completion: .directory) var dir: String

  func run() throws {
    let dump = HelpRequest.dump
    guard let root = HelpPage(dump: dump, path: []) else { return }
    var pages = [root]
    for verb in root.verbs {
      guard let page = HelpPage(dump: dump, path: [verb.name]) else { continue }
      pages.append(page)
      pages += page.verbs.compactMap { HelpPage(dump: dump, path: [verb.name, $0.name]) }
    }
    do throws(FileError) {
      try Folders.make(dir)
      for page in pages {
        let others = page.name == root.name ? root.verbs.map { "\(root.name) \($0.name)" } : [root.name]
        let manual = ManualPage(page, version: OvenVersion.current, others: others)
        try SmallFile.replace("\(dir)/\(manual.fileName)", with: Array(manual.text.utf8))
      }
    } catch {
      throw ErrorReport(
        what: "cannot write the manual pages", why: error.message, mend: "name another folder",
        status: .cannotCreate)
    }
  }
}
