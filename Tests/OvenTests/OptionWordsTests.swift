import Errors
import Foundation
import JSON
import Supervisor
import Testing
import oven

/// Libraries name settings; how these are given on the command line is the program's to say.
@Suite("Words of options")
struct OptionWordsTests {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")

  /// All commands and their options, as the parser knows them: "bake", "--device", "-o".
  private static let known: (commands: Set<String>, options: Set<String>) = {
    var commands: Set<String> = []
    var options: Set<String> = []
    func read(_ command: JSON) {
      commands.insert(command["commandName"]?.string ?? "")
      for argument in command["arguments"]?.array ?? [] {
        for name in argument["names"]?.array ?? [] {
          options.insert((name["kind"]?.string == "long" ? "--" : "-") + (name["name"]?.string ?? ""))
        }
      }
      (command["subcommands"]?.array ?? []).forEach(read)
    }
    read(HelpRequest.dump["command"] ?? .null)
    return (commands, options)
  }()

  /// The libraries' source files, by their paths under `Sources`.
  private static func files() throws -> [(path: String, text: String)] {
    try FileManager.default.subpathsOfDirectory(atPath: sources.path)
      .filter { $0.hasSuffix(".swift") && !$0.hasPrefix("oven/") }.sorted()
      .map { ($0, try String(contentsOf: sources.appending(path: $0), encoding: .utf8)) }
  }

  /// Whatever an error tells the user to give can be given.
  @Test func everyWordIsAnOptionOrACommand() {
    #expect(Self.known.options.isSuperset(of: ["--device", "--no-cache", "--static", "-o"]))
    for (setting, words) in Setting.options {
      let first = words.split(separator: " ").map(String.init)
      let isKnown =
        first[0] == "oven"
        ? first.count == 2 && Self.known.commands.contains(first[1]) : Self.known.options.contains(first[0])
      #expect(isKnown, "\(setting): \(words)")
    }
  }

  @Test func everySettingOfALibraryHasWords() throws {
    let named = Set(Setting.options.keys.map(\.name))
    let declared = try Self.files().flatMap { _, text in
      text.matches(of: /: Setting = "([^"]+)"/).map { String($0.output.1) }
    }
    #expect(declared.count > 40)
    #expect(
      Set(declared).subtracting(named).isEmpty, "Sources/oven/Options/OptionWords.swift does not know them")
  }

  /// What is no word of ours, though it is spelled as one.
  private static let others: [String: Set<String>] = [
    // Docker's.
    "Doctor/Remedy.swift": ["--device"],
    // install's.
    "Doctor/FolderExamination.swift": ["-o"],
    // The first line of what is hashed.
    "Supervisor/Cache/CacheKey.swift": ["oven cache"],
  ]

  @Test func librariesNameNeitherOptionsNorCommands() throws {
    let files = try Self.files()
    #expect(files.count > 300)
    var found: [String] = []
    for (path, text) in files {
      for line in text.split(separator: "\n").map(Self.code) {
        var words = line.matches(of: /(^|[^A-Za-z0-9_-])(--?[A-Za-z][A-Za-z0-9_-]*)/)
          .map { String($0.output.2) }
          // One letter only in a text: elsewhere it is a number with its sign.
          .filter { Self.known.options.contains($0) && ($0.hasPrefix("--") || line.contains("\"")) }
        words += line.matches(of: /["'`( ]oven ([a-z]+)/).map { String($0.output.1) }
          .filter(Self.known.commands.contains).map { "oven \($0)" }
        found += Set(words).subtracting(Self.others[path] ?? []).map { "\(path): \($0)" }
      }
    }
    #expect(found.isEmpty)
  }

  /// A line without its comment.
  private static func code(_ line: Substring) -> Substring {
    guard let comment = line.firstMatch(of: /(^|\s)\/\//) else { return line }
    let before = line[..<comment.range.lowerBound]
    return before.filter { $0 == "\"" }.count.isMultiple(of: 2) ? before : line
  }

  @Test func errorsOfTheSupervisorAreInTheProgramsWords() throws {
    let error = #expect(throws: SupervisorError.self) { try ModelFolder(path: "/nowhere") }
    let report = ErrorReport(try #require(error))
    #expect(report.mend == "Bake a checkpoint first: oven bake SOURCE -o DIR.")
    #expect(report.status.rawValue == 66)
  }

  @Test func equalSentencesAreEqual() throws {
    let name = "a"
    let long: Wording = "\(name) and \(setting: .device)\("!")"
    #expect(long == "a and \(setting: .device)!")
    #expect(long.text { Setting.options[$0] ?? $0.name } == "a and --device!")
    #expect(try JSONDecoder().decode(Wording.self, from: JSONEncoder().encode(long)) == long)
  }
}
