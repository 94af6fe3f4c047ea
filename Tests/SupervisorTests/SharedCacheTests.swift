import Files
import Foundation
import Supervisor
import Testing

/// Caches that are another's, a group's, or in an image that nobody can write.
@Suite final class SharedCacheTests {
  private let folder: TemporaryFolder
  private var place: String { folder.path + "/cache" }
  private let key = CacheKey(model: "m", modelPath: "/m", device: "NPU", deviceName: "NPU", runtime: "1")

  init() throws { folder = try TemporaryFolder() }

  private func store(_ cache: CompiledModelCache) throws -> CacheEntry {
    try cache.withLock(on: key) {
      try cache.store(key, compileSeconds: 1) { try Data("blob".utf8).write(to: URL(fileURLWithPath: $0)) }
    }
  }

  private func permissions(_ path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  /// Who is believed: owner, group and permissions of a file; the cache's owner is 1, this user 2 with the groups 2, 50.
  @Test(
    arguments: [
      // Own, or root's.
      (2, 2, 0o600, false, true, true), (0, 0, 0o644, false, true, true),
      // Another's: only where it was named, and by nobody but the cache's owner.
      (1, 1, 0o644, false, false, true), (3, 3, 0o644, false, false, false),
      // A group's, which this user is in, or is not.
      (1, 50, 0o660, false, false, true), (3, 50, 0o660, false, false, true),
      (1, 60, 0o660, false, false, false),
      (2, 50, 0o660, false, false, true),
      // Everybody's.
      (2, 2, 0o666, false, false, false), (0, 0, 0o1777, false, false, false),
      // In an image it does not matter.
      (3, 3, 0o666, true, true, true),
    ] as [(UInt32, UInt32, UInt32, Bool, Bool, Bool)])
  func whoIsBelieved(
    owner: UInt32, group: UInt32, permissions: UInt32, isReadOnly: Bool, own: Bool, named: Bool
  ) throws {
    var status = try #require(FileStatus(at: folder.path))
    (status.owner, status.group, status.permissions) = (owner, group, permissions)
    for (trust, expected) in [(CacheTrust.own, own), (.named, named)] {
      let reason = trust.distrust(status, cacheOwner: 1, user: 2, groups: [2, 50], isReadOnly: isReadOnly)
      #expect((reason == nil) == expected, "\(trust): \(reason ?? "believed")")
    }
  }

  @Test func aGroupsCacheIsWrittenForTheGroup() throws {
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o2770], ofItemAtPath: place)
    let before = umask(0o077)
    defer { umask(before) }
    let cache = try CompiledModelCache(folder: place, trust: .named)
    let entry = try store(cache)
    for path in [place + "/.locks", entry.folder] {
      #expect(try permissions(path) & 0o777 == 0o770, "\(path)")
    }
    for path in [entry.blob, entry.folder + "/meta.json", place + "/.locks/" + key.digest] {
      #expect(try permissions(path) == 0o660, "\(path)")
    }
    cache.noteUse(of: entry)
    #expect(try permissions(entry.folder + "/meta.json") == 0o660)
    #expect(cache.entry(for: key) != nil)
  }

  /// What root makes in an image is for the users of the image to read.
  @Test func whatIsMadeIsAsOpenAsTheFolder() throws {
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place)
    let entry = try store(CompiledModelCache(folder: place, trust: .named))
    #expect(try permissions(entry.folder) == 0o755)
    for path in [entry.blob, entry.folder + "/meta.json"] {
      #expect(try permissions(path) == 0o644, "\(path)")
    }
    // A folder that was only found stays private.
    #expect(try permissions(store(CompiledModelCache(folder: place)).blob) == 0o600)
  }

  /// Two users of one group, as two processes of this program would be: the second loads what the first has compiled,
  /// and replaces it.
  @Test(.enabled(if: getuid() == 0, "only root gives files away"))
  func anotherMembersEntryIsLoadedAndReplaced() throws {
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o2770, .ownerAccountID: 65_532], ofItemAtPath: place)
    let cache = try CompiledModelCache(folder: place, trust: .named)
    let entry = try store(cache)
    for path in [entry.folder, entry.blob, entry.folder + "/meta.json"] {
      try FileManager.default.setAttributes([.ownerAccountID: 65_533], ofItemAtPath: path)
    }
    #expect(cache.entry(for: key)?.sum == entry.sum)
    #expect(throws: SupervisorError.self) { try CompiledModelCache(folder: place) }
    _ = try store(cache)
    #expect(cache.entry(for: key) != nil)
  }

  @Test func lookingAndClearingMakeNothing() throws {
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let cache = CompiledModelCache(inspecting: place)
    #expect(cache.clear() == CompiledModelCache.Cleared(entries: 0, bytes: 0, busy: 0))
    #expect(try FileManager.default.contentsOfDirectory(atPath: place).isEmpty)
  }
}
