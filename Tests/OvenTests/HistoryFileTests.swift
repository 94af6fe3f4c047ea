import Foundation
import Testing
import oven

@Suite("History between runs")
final class HistoryFileTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "oven-\(UUID().uuidString)")
  private var path: String { folder.appending(path: "state/oven/history").path }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func names() -> [String] {
    let place = (path as NSString).deletingLastPathComponent
    return (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
  }

  @Test func entriesOfSeveralLinesSurvive() {
    let entries = ["one", "two\nlines\n", "back\\slash \"quoted\"\ttab", "/system Sei höflich 👋🏽"]
    for entry in entries { HistoryFile(path: path).add(entry) }
    #expect(HistoryFile(path: path).entries() == entries)
    #expect(names() == ["history"])
    // Neither nothing nor the same again.
    HistoryFile(path: path).add("")
    HistoryFile(path: path).add(entries[3])
    #expect(HistoryFile(path: path).entries() == entries)
  }

  @Test func onlyItsOwnerMayReadIt() throws {
    HistoryFile(path: path).add("secret")
    func mode(_ path: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
    #expect(try mode(path) == 0o600)
    #expect(try mode((path as NSString).deletingLastPathComponent) == 0o700)
  }

  @Test func itIsBounded() {
    let file = HistoryFile(path: path, limit: 3)
    for number in 1...5 { file.add("\(number)") }
    #expect(file.entries() == ["3", "4", "5"])
    file.add(String(repeating: "x", count: 100_000))
    #expect(file.entries() == ["3", "4", "5"])
  }

  @Test func twoChatsAddToTheSameFile() {
    let (one, other) = (HistoryFile(path: path), HistoryFile(path: path))
    one.add("a")
    other.add("b")
    one.add("c")
    #expect(HistoryFile(path: path).entries() == ["a", "b", "c"])
  }

  @Test func damagedLinesAreLeftOut() throws {
    HistoryFile(path: path).add("good")
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data([0xFF, 0x0A]) + Data("\"cut\n42\n\"fine\"\n".utf8))
    try handle.close()
    #expect(HistoryFile(path: path).entries() == ["good", "fine"])
  }

  @Test func whatCannotBeWrittenIsNoError() throws {
    HistoryFile(path: "/proc/oven/history").add("x")
    #expect(HistoryFile(path: "/proc/oven/history").entries() == [])
    // A link says that the user wants it elsewhere, or nowhere.
    let link = folder.appending(path: "link").path
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/dev/null")
    HistoryFile(path: link).add("x")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/dev/null")
  }

  @Test func itIsInTheFolderForState() throws {
    let file = HistoryFile(environment: ["XDG_STATE_HOME": folder.path, "HOME": "/nowhere"])
    try #require(file).add("x")
    #expect(HistoryFile(path: folder.path + "/oven/history").entries() == ["x"])
    let home = HistoryFile(environment: ["XDG_STATE_HOME": "relative", "HOME": folder.path])
    try #require(home).add("y")
    #expect(HistoryFile(path: folder.path + "/.local/state/oven/history").entries() == ["y"])
    #expect(HistoryFile(environment: [:]) == nil)
  }

  @Test func theEditorBeginsWithThem() {
    var state = LineState(history: LineHistory(["one", "two\nlines"]))
    _ = state.handle(.up)
    #expect(state.buffer.text == "two\nlines")
    _ = state.handle(.up)
    _ = state.handle(.up)
    #expect(state.buffer.text == "one")
  }
}
