import Foundation
import Testing

/// The papers name files that exist.
@Suite struct PapersTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static let papers: [String] = {
    let pages =
      (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: "docs").path)) ?? []
    return ["CHANGELOG.md", "CONTRIBUTING.md", "README.md"]
      + pages.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
  }()

  @Test func thereArePapers() {
    #expect(Self.papers.count > 10)
  }

  @Test(arguments: papers) func namedFilesExist(_ paper: String) throws {
    let url = Self.root.appending(path: paper)
    let text = try String(contentsOf: url, encoding: .utf8)
    let folders =
      /(Sources|Tests|Examples|Benchmarks|Fuzz|deploy|docs|scripts)\/[A-Za-z0-9_+.\/-]*[A-Za-z0-9_]/
    let names = text.matches(of: folders).map { Self.root.appending(path: String($0.output.0)) }
    if ["docs/architecture.md", "CONTRIBUTING.md", "README.md"].contains(paper) {
      #expect(names.count > 10, "\(paper) names no files")
    }
    let links = text.matches(of: /\]\(([^):#]+)(#[^)]*)?\)/)
      .map { url.deletingLastPathComponent().appending(path: String($0.output.1)) }
    for file in names + links {
      #expect(
        FileManager.default.fileExists(atPath: file.path),
        "\(paper) names \(file.path), which does not exist")
    }
  }

  /// Whatever is asked of `make` is one of its targets.
  @Test(arguments: papers) func namedTargetsExist(_ paper: String) throws {
    let make = try String(contentsOf: Self.root.appending(path: "Makefile"), encoding: .utf8)
    let targets = Set(make.matches(of: /(?m)^([a-z-]+):/).map { String($0.output.1) })
    let text = try String(contentsOf: Self.root.appending(path: paper), encoding: .utf8)
    for match in text.matches(of: /(`|\n    (\$ )?)make ([a-z]+(-[a-z]+)*)/) {
      let name = String(match.output.3)
      #expect(targets.contains(name) || name == "bench", "\(paper) names make \(name), which does not exist")
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
