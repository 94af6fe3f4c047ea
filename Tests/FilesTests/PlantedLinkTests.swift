import Files
import Foundation
import Testing

/// Symbolic links that somebody put where we write, lock or delete.
@Suite struct PlantedLinkTests {
  @Test func aLockDoesNotCreateWhatALinkNames() throws {
    let folder = try TemporaryFolder()
    let link = try folder.link("lock", to: folder.path + "/victim")
    #expect(throws: FileError.self) { try FileLock.attempt(link) }
    #expect(folder.names == ["lock"])
  }

  @Test func aLockOnALinkedFolderIsRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "real/file")
    let link = try folder.link("link", to: folder.path + "/real")
    #expect(throws: FileError.self) { try FileLock.attempt(folder: link) }
    #expect(try FileLock.attempt(folder: folder.path + "/real") != nil)
  }

  @Test func writingThroughALinkIsRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write("precious", to: "victim")
    let link = try folder.link("file", to: folder.path + "/victim")
    for open in [{ try OpenFile(writing: link) }, { try OpenFile(creating: link) }] {
      #expect(throws: FileError.self) { try open() }
    }
    // A link to nothing must not make something.
    let dangling = try folder.link("dangling", to: folder.path + "/new")
    #expect(throws: FileError.self) { try OpenFile(writing: dangling) }
    #expect(folder.text("victim") == "precious" && !folder.names.contains("new"))
  }

  @Test func replacingPutsAFileInThePlaceOfTheLink() throws {
    let folder = try TemporaryFolder()
    try folder.write("precious", to: "victim")
    let link = try folder.link("file", to: folder.path + "/victim")
    try SmallFile.replace(link, with: Array("new".utf8))
    #expect(folder.text("victim") == "precious" && folder.text("file") == "new")
    #expect(FileStatus(at: link, followsLinks: false)?.kind == .file)
    #expect(folder.names == ["file", "victim"])
  }

  @Test func removingStopsAtLinks() throws {
    let folder = try TemporaryFolder()
    try folder.write("precious", to: "victim/file")
    try folder.write("", to: "tree/a/b/c")
    _ = try folder.link("tree/a/link", to: folder.path + "/victim")
    _ = try folder.link("direct", to: folder.path + "/victim")
    try Removal.tree(folder.path + "/tree")
    try Removal.tree(folder.path + "/direct")
    #expect(folder.names == ["victim"] && folder.text("victim/file") == "precious")
  }

  @Test func emptyingALinkedFolderIsRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write("precious", to: "victim/file")
    let link = try folder.link("link", to: folder.path + "/victim")
    #expect(throws: FileError.self) { try Removal.contents(of: link) }
    #expect(folder.text("victim/file") == "precious")
    try Removal.contents(of: folder.path + "/victim") { $0 == "other" }
    #expect(folder.text("victim/file") == "precious")
    try Removal.contents(of: folder.path + "/victim")
    #expect(folder.names == ["link", "victim"] && folder.text("victim/file") == nil)
  }

  /// The system reads a name up to its first zero: another file than the one that was checked.
  @Test func namesWithZerosAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("precious", to: "victim")
    #expect(throws: FileError.self) { try OpenFile(reading: path + "\0.txt") }
    #expect(throws: FileError.self) { try OpenFile(writing: path + "\0.txt") }
    #expect(FileStatus(at: path + "\0.txt") == nil)
    #expect(throws: FileError.self) { try Rename.replace(path + "\0", to: folder.path + "/other") }
    #expect(folder.names == ["victim"])
  }

  @Test func pipesAreNeitherWrittenNorWaitedFor() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/pipe"
    let make = Process()
    make.executableURL = URL(filePath: "/usr/bin/mkfifo")
    make.arguments = [path]
    try make.run()
    make.waitUntilExit()
    try #require(make.terminationStatus == 0)
    #expect(throws: FileError.self) { try OpenFile(writing: path) }
    #expect(try OpenFile(reading: path).status.kind == .other)
    #expect(SmallFile.bytes(at: path, limit: 10) == nil)
  }
}
