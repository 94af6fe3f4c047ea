import Foundation
import Testing

/// Files is the only target that knows the system.
@Suite struct OnlyTargetTests {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Sources")

  @Test func noOtherTargetImportsTheCLibrary() throws {
    let paths = try #require(
      FileManager.default.enumerator(at: Self.sources, includingPropertiesForKeys: nil))
    var seen = 0
    for case let url as URL in paths where url.pathExtension == "swift" {
      guard !url.path.contains("/Sources/Files/") else { continue }
      seen += 1
      let text = try String(contentsOf: url, encoding: .utf8)
      for library in ["Glibc", "Musl", "Darwin"] {
        #expect(!text.contains("import \(library)") && !text.contains("canImport(\(library))"), "\(url.path)")
      }
      // Folders are listed in one place, by bytes and in one order.
      #expect(!text.contains("contentsOfDirectory"), "\(url.path)")
      // Tokenization stands for itself and reads a few small files; the program may use what Foundation has.
      let mayUseFoundation = ["/Sources/oven/", "/Sources/Tokenization/"].contains { url.path.contains($0) }
      #expect(mayUseFoundation || !text.contains("FileManager"), "\(url.path)")
    }
    #expect(seen > 300)
  }
}
