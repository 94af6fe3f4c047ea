import Digests
import Files
import Foundation
import Testing

@Suite struct FileTests {
  @Test func readsAndWritesAtPositions() throws {
    let folder = try TemporaryFolder()
    let file = try OpenFile(writing: folder.path + "/file")
    try file.write(Array("world".utf8), at: 6)
    try file.write(Array("hello,".utf8), at: 0)
    #expect(folder.text("file") == "hello,world")
    #expect(try file.bytes(at: 3, count: 4) == Array("lo,w".utf8))
    #expect(try file.bytes(at: 9, count: 100) == Array("ld".utf8))
    #expect(try file.bytes(at: 100, count: 1).isEmpty)
    try file.truncate(to: 5)
    #expect(try file.status.size == 5)
    #expect(folder.text("file") == "hello")
  }

  @Test func createsOnlyWhatIsNotThere() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("old", to: "file")
    let error = #expect(throws: FileError.self) { try SmallFile.create(path, []) }
    #expect(error?.message == "\(path): File exists")
    #expect(throws: FileError.self) { try Folders.create(folder.path) }
    #expect(folder.text("file") == "old")
  }

  @Test func smallFilesHaveALimit() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("12345", to: "file")
    #expect(SmallFile.bytes(at: path, limit: 5) == Array("12345".utf8))
    #expect(SmallFile.bytes(at: path, limit: 4) == nil)
    #expect(SmallFile.bytes(at: folder.path, limit: 100) == nil)
    try Data([0xFF, 0x41]).write(to: URL(fileURLWithPath: path))
    #expect(SmallFile.text(at: path) == nil)
  }

  @Test func locksExcludeEachOtherUntilTheyGo() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/lock"
    var first = try FileLock.attempt(path)
    #expect(first != nil)
    #expect(try FileLock.attempt(path) == nil)
    first = nil
    #expect(try FileLock.attempt(path) != nil)
  }

  @Test func foldersExchangeTheirNames() throws {
    let folder = try TemporaryFolder()
    try folder.write("1", to: "a/one")
    try folder.write("2", to: "b/two")
    try Rename.exchange(folder.path + "/a", folder.path + "/b")
    #expect(folder.text("a/two") == "2" && folder.text("b/one") == "1")
    #expect(throws: FileError.self) { try Rename.exchange(folder.path + "/none", folder.path + "/b") }
    #expect(folder.names == ["a", "b"] && folder.text("b/one") == "1")
  }

  @Test func pathsBelowAFolderEndAtLinks() throws {
    let folder = try TemporaryFolder()
    for name in ["b/z", "b/a/c", "a", "b.txt"] { try folder.write("", to: name) }
    _ = try folder.link("b/up", to: "..")
    #expect(Folders.paths(below: folder.path) == ["a", "b.txt", "b/a/c", "b/up", "b/z"])
    #expect(Folders.paths(below: folder.path + "/none").isEmpty)
  }

  @Test func aMissingFileIsToldApart() {
    let error = #expect(throws: FileError.self) {
      try OpenFile(reading: "/nowhere/at/all")
    }
    #expect(error?.isMissing == true && error?.isFullDisk == false)
  }

  @Test func namesOfTemporariesTellTheirMaker() {
    let name = Temporary.name(beside: "/folder/meta.json")
    #expect(Temporary.process(of: String(name.dropFirst("/folder/".count))) == Processes.current)
    #expect(Temporary.name(beside: "x") != Temporary.name(beside: "x"))
    #expect(Temporary.process(of: "meta.json.999999999.new") == 999_999_999)
    for other in ["meta.json", "new", "a.new", "a.b.new", "README"] {
      #expect(Temporary.process(of: other) == nil)
    }
    #expect(Processes.isAlive(Processes.current) && !Processes.isAlive(999_999_999))
  }

  /// printf 'bytes' | xxd -p
  @Test func hexadecimalDigits() {
    #expect(Hex.text(of: [0, 15, 16, 255]) == "000f10ff")
    #expect(Hex.text(of: UInt64(0xDEAD_BEEF)) == "00000000deadbeef")
    #expect(Hex.isHex("00ff", count: 4) && !Hex.isHex("00FF", count: 4) && !Hex.isHex("00f\u{301}", count: 4))
  }

  @Test func zerosCostNothingUntilTheyAreWritten() throws {
    let pages = try ZeroPages(byteCount: 1 << 36)
    #expect(pages.bytes[1 << 35] == 0)
    pages.bytes[1 << 35] = 7
    #expect(pages.bytes[1 << 35] == 7)
    #expect(throws: FileError.self) { try ZeroPages(byteCount: Int.max) }
  }
}
