import Foundation
import Testing

/// The papers name files that exist.
@Suite struct PapersTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test(arguments: ["docs/architecture.md", "CONTRIBUTING.md", "README.md"])
  func namedFilesExist(_ paper: String) throws {
    let text = try String(contentsOf: Self.root.appending(path: paper), encoding: .utf8)
    let names = text.matches(of: /(Sources|Tests|Examples|docs|scripts)\/[A-Za-z0-9_+.\/-]*[A-Za-z0-9_]/)
      .map { String($0.output.0) }
    #expect(names.count >= 3, "\(paper) names no files")
    for name in names {
      #expect(
        FileManager.default.fileExists(atPath: Self.root.appending(path: name).path),
        "\(paper) names \(name), which does not exist")
    }
  }

  @Test func everyTargetIsOnTheMap() throws {
    let map = try String(contentsOf: Self.root.appending(path: "docs/architecture.md"), encoding: .utf8)
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: Self.root.appending(path: "Sources").path
    )
    .filter { !$0.hasPrefix(".") && $0 != "CSystemOpenVINO" }
    let rows = map.split(separator: "\n").filter { $0.hasPrefix("| ") }
    let named = Set(
      rows.flatMap { $0.split(separator: "|")[0].split(separator: ",") }
        .map { $0.trimmingCharacters(in: .whitespaces) })
    #expect(folders.count > 20)
    #expect(Set(folders).subtracting(named).isEmpty, "docs/architecture.md does not name all targets")
    #expect(named.subtracting(folders).subtracting(["target", "---"]).isEmpty, "it names what is none")
  }
}
