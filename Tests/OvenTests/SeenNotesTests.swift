import Foundation
import Generation
import Testing
import oven

@Suite("Notes that were seen")
struct SeenNotesTests {
  @Test func onlyNewOnes() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "oven-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let notes = SeenNotes(path: folder.appending(path: "state/seen").path)
    #expect(notes.new(["NPU (none)", "GPU (no\nlibrary)"]) == ["NPU (none)", "GPU (no library)"])
    #expect(notes.new(["NPU (none)", "GPU (no library)"]).isEmpty)
    #expect(notes.new(["NPU (old driver)"]) == ["NPU (old driver)"])
    #expect(SeenNotes(path: nil).new(["a"]) == ["a"])
    #expect(SeenNotes(path: "/dev/null/x").new(["a"]) == ["a"])
  }
}
