import Foundation
import JSON
import Testing

/// Screens that are the same on every machine are as `make screens` kept them, at three widths.
@Suite(.enabled(if: OvenProgram.url != nil, "the program was not built"))
struct ScreenTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Screens")

  private static let list: JSON = {
    let text = (try? Data(contentsOf: folder.appending(path: "screens.json"))) ?? Data()
    return (try? JSON(parsing: Array(text))) ?? .null
  }()

  private static let screens: [(name: String, arguments: [String])] = {
    let stable = list["stable"]?.array ?? []
    return stable.map { ($0["name"]?.string ?? "", $0["arguments"]?.array?.compactMap(\.string) ?? []) }
  }()

  @Test func thereAreScreens() { #expect(Self.screens.count > 10) }

  @Test(arguments: [40, 80, 200]) func screensAreAsKept(_ width: Int) throws {
    for screen in Self.screens {
      let ending = try OvenProgram(
        screen.arguments, in: Self.folder.appending(path: "files"),
        environment: ["COLUMNS": "\(width)", "OVEN_MODELS": "/nowhere/models", "HF_HUB_OFFLINE": "1"]
      ).finish()
      let kept = try String(
        contentsOf: Self.folder.appending(path: "\(width)/\(screen.name).txt"), encoding: .utf8)
      let lines = (ending.output + ending.errors).split(separator: "\n", omittingEmptySubsequences: false)
      // As a terminal breaks what is too long for it.
      let shown = lines.flatMap { line in
        line.isEmpty
          ? [""]
          : stride(from: 0, to: line.count, by: width).map { String(line.dropFirst($0).prefix(width)) }
      }
      let text = shown.map { String($0.reversed().drop { $0 == " " }.reversed()) }.joined(separator: "\n")
      #expect(
        text.trimmingCharacters(in: .newlines) + "\n" == kept, "\(screen.name) at \(width): make screens")
    }
  }

  /// The conversation of `screens.json`, at three widths, without what depends on the model and the machine.
  @Test func theChatIsAsKept() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "models"), withIntermediateDirectories: true)
    _ = try SmolLM2.bake(to: "models/smollm2", in: folder)
    let pieces = try #require(Self.list["chat"]?.array)
    for width in [40, 80, 200] {
      let chat = try TerminalSession(
        ["chat", "models/smollm2", "--device", "CPU", "--temperature", "0", "--max-new-tokens", "20"],
        in: folder.url, columns: width, state: folder.url.appending(path: "\(width)"),
        environment: [
          "HOME": folder.url.path, "CACHE_DIR": folder.url.appending(path: "cache").path,
          "OVEN_MODELS": "/nowhere/models", "HF_HUB_OFFLINE": "1",
        ])
      _ = chat.picture(columns: width) { $0.contains { $0.hasPrefix("Ask away") } && $0.last == ">" }
      var (prompts, lines) = (1, [String]())
      for piece in pieces {
        let text = try #require(piece.string ?? piece["type"]?.string)
        prompts += text.count { $0 == "\r" || $0 == "\u{3}" }
        chat.type(text)
        let until = piece["until"]?.string
        lines = chat.picture(columns: width) { lines in
          guard let until else { return lines.count { $0.hasPrefix(">") } >= prompts }
          let all = lines.joined(separator: "\n")
          return all.range(of: "(?m)" + until, options: .regularExpression) != nil
        }
      }
      let kept = try String(
        contentsOf: Self.folder.appending(path: "\(width)/chat-lasting.txt"), encoding: .utf8)
      #expect(Self.lasting(lines) == kept, "\(width) columns: make screens")
      chat.type("\u{4}")
      #expect(chat.end() == 0)
    }
  }

  /// Of a conversation's lines those that are the same on every machine; screens.py does the same.
  private static func lasting(_ lines: [String]) -> String {
    var kept: [String] = []
    var skips: String?
    for line in lines {
      if let end = skips, line.hasPrefix(end) { skips = nil }
      if skips != nil { continue }
      if line.hasPrefix("Ask away") { kept = [] }
      if line.hasPrefix("device:") {
        skips = "context:"
      } else if line.hasPrefix("> Name the capital") {
        kept += [line, "ANSWER"]
        skips = "> "
      } else {
        kept.append(line.replacing(/about \d+/, with: "about N"))
      }
    }
    return kept.joined(separator: "\n") + "\n"
  }
}
