import Files
import Foundation
import Testing

/// Whom a file may be believed to be from.
@Suite struct OwnersTests {
  private func status(owner: UInt32, group: UInt32 = 100, _ permissions: UInt32) throws -> FileStatus {
    var status = try #require(FileStatus(at: "/"))
    (status.owner, status.group, status.permissions) = (owner, group, permissions)
    return status
  }

  @Test(arguments: [
    (UInt32(1000), UInt32(100), UInt32(0o700)), (1000, 100, 0o755), (0, 0, 0o755),
    // The group that many systems give each user.
    (1000, 1000, 0o775), (0, 0, 0o775),
  ])
  func oursAndRootsAreTrusted(owner: UInt32, group: UInt32, permissions: UInt32) throws {
    #expect(Owners.distrust(try status(owner: owner, group: group, permissions), user: 1000) == nil)
  }

  @Test(arguments: [
    (UInt32(1001), UInt32(100), UInt32(0o700), "it belongs to"),
    (1000, 100, 0o777, "everybody may write to it"),
    (1000, 100, 0o775, "its group may write to it"), (0, 100, 0o775, "its group may write to it"),
    (1000, 1000, 0o1777, "everybody may write to it"),
  ])
  func othersAreNot(owner: UInt32, group: UInt32, permissions: UInt32, reason: String) throws {
    let said = Owners.distrust(try status(owner: owner, group: group, permissions), user: 1000)
    #expect(said?.hasPrefix(reason) == true)
  }

  @Test func linksAndFoldersThatCanBeExchanged() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "open/inner/file")
    let link = try folder.link("link", to: "open")
    #expect(Owners.distrust(link) == "it is a symbolic link")
    #expect(Owners.distrust(link, followsLinks: true) == nil)
    let inner = try #require(Folders.realPath(folder.path + "/open/inner"))
    #expect(Owners.exchangeable(inner) == nil)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path + "/open")
    #expect(Owners.exchangeable(inner)?.hasPrefix("everybody may rename") == true)
    // As /tmp is: only an owner may rename.
    try FileManager.default.setAttributes([.posixPermissions: 0o1777], ofItemAtPath: folder.path + "/open")
    #expect(Owners.exchangeable(inner) == nil)
  }

  /// From mountinfo of a machine of Debian 12.
  @Test func memoryIsToldFromDisks() {
    let mounts = """
      26 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw,errors=remount-ro
      27 26 0:25 / /tmp rw,nosuid,nodev shared:12 - tmpfs tmpfs rw,size=8133040k,nr_inodes=1048576
      """
    #expect(MemoryFileSystem.holds(device: 0x19, mounts: mounts))
    #expect(!MemoryFileSystem.holds(device: 0x10302, mounts: mounts))
    #expect(!MemoryFileSystem.holds(device: 0x99, mounts: mounts))
  }
}
