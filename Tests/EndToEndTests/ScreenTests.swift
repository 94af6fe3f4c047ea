import Foundation
import JSON
import Testing

/// Screens that are the same on every machine are as `make screens` kept them, at three widths.
@Suite(.enabled(if: OvenProgram.url != nil, "the program was not built"))
struct ScreenTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Screens")

  private static let screens: [(name: String, arguments: [String])] = {
    let text = (try? Data(contentsOf: folder.appending(path: "screens.json"))) ?? Data()
    let stable = (try? JSON(parsing: Array(text)))?["stable"]?.array ?? []
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
}
