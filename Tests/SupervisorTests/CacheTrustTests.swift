import Foundation
import OpenVINO
import Supervisor
import Testing

/// A compiled model is code: what others could have written is not loaded.
@Suite final class CacheTrustTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private var place: String { folder.path + "/cache" }
  private let key = CacheKey(model: "m", modelPath: "/m", device: "NPU", deviceName: "NPU", runtime: "1")

  private func permit(_ permissions: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
  }

  private func permissions(_ path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  private func store(_ cache: CompiledModelCache) throws -> CacheEntry {
    try cache.withLock(on: key) {
      try cache.store(key, compileSeconds: 1) { try Data("blob".utf8).write(to: URL(fileURLWithPath: $0)) }
    }
  }

  @Test func whatIsMadeIsForThisUserAlone() throws {
    let cache = try CompiledModelCache(folder: place)
    let entry = try store(cache)
    for path in [place, place + "/.locks", entry.folder] {
      #expect(try permissions(path) == 0o700, "\(path)")
    }
    for path in [entry.blob, entry.folder + "/meta.json", place + "/.locks/" + key.digest] {
      #expect(try permissions(path) == 0o600, "\(path)")
    }
    cache.noteUse(of: entry)
    #expect(try permissions(entry.folder + "/meta.json") == 0o600)
    #expect(cache.entry(for: key) != nil)
  }

  @Test(arguments: [0o777, 0o1777, 0o757])
  func aFolderThatOthersMayWriteIsNotUsed(permissions: Int) throws {
    _ = try store(CompiledModelCache(folder: place))
    try permit(permissions, place)
    let error = #expect(throws: SupervisorError.self) { try CompiledModelCache(folder: place) }
    #expect(error?.code == .cacheUnusable)
    #expect(error?.message.contains("everybody may write to it") == true)
    #expect(
      error?.mend.contains("chmod go-w") == true && error?.mend.contains("CompiledModelCache.folder") == true)
    // Looking at it harms nobody.
    #expect(CompiledModelCache(inspecting: place).entries().count == 1)
  }

  @Test func aFolderInOneWhereOthersMayRenameIsNotUsed() throws {
    try FileManager.default.createDirectory(atPath: folder.path + "/open", withIntermediateDirectories: true)
    try permit(0o777, folder.path + "/open")
    let error = #expect(throws: SupervisorError.self) {
      try CompiledModelCache(folder: folder.path + "/open/c")
    }
    #expect(error?.message.contains("everybody may rename") == true)
    try permit(0o1777, folder.path + "/open")
    _ = try CompiledModelCache(folder: folder.path + "/open/c")
  }

  @Test(.enabled(if: NSUserName() == "root", "only root gives files away"))
  func aFolderOfAnotherUserIsNotUsed() throws {
    _ = try store(CompiledModelCache(folder: place))
    try FileManager.default.setAttributes([.ownerAccountID: 65_534], ofItemAtPath: place)
    let error = #expect(throws: SupervisorError.self) { try CompiledModelCache(folder: place) }
    #expect(error?.message.contains("it belongs to nobody") == true)
    #expect(error?.mend.contains("chmod") == false)
  }

  @Test func entriesThatOthersMayWriteAreNotLoaded() throws {
    let cache = try CompiledModelCache(folder: place)
    let entry = try store(cache)
    for path in [entry.folder, entry.blob, entry.folder + "/meta.json"] {
      let before = try permissions(path)
      try permit(0o777, path)
      #expect(cache.entry(for: key) == nil, "\(path)")
      guard case .broken(let broken) = cache.explain(key) else {
        Issue.record("\(cache.explain(key))")
        continue
      }
      #expect(broken.reason.contains("everybody may write to it"))
      try permit(before, path)
    }
    #expect(cache.entry(for: key) != nil)
  }

  @Test func linksAreNoEntriesAndNoLocks() throws {
    let cache = try CompiledModelCache(folder: place)
    let entry = try store(cache)
    let elsewhere = folder.path + "/elsewhere"
    try FileManager.default.moveItem(atPath: entry.folder, toPath: elsewhere)
    try FileManager.default.createSymbolicLink(atPath: entry.folder, withDestinationPath: elsewhere)
    #expect(cache.entry(for: key) == nil)
    let lock = place + "/.locks/" + key.digest
    try FileManager.default.removeItem(atPath: lock)
    try FileManager.default.createSymbolicLink(atPath: lock, withDestinationPath: folder.path + "/victim")
    #expect(throws: (any Error).self) { try cache.withLock(on: key) {} }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/victim"))
    // Opening removes what cannot be used, and not what a link names.
    try FileManager.default.removeItem(atPath: lock)
    _ = try CompiledModelCache(folder: place)
    #expect(FileManager.default.fileExists(atPath: elsewhere + "/blob"))
    #expect(!FileManager.default.fileExists(atPath: entry.folder))
    try FileManager.default.removeItem(atPath: place + "/.locks")
    try FileManager.default.createSymbolicLink(atPath: place + "/.locks", withDestinationPath: elsewhere)
    let error = try #require(throws: SupervisorError.self) { try CompiledModelCache(folder: place) }
    #expect(error.mend.contains("rm \(place)/.locks") && !error.mend.contains("chown"))
  }

  @Test func lookingNeedsAndChangesNothing() throws {
    let cache = CompiledModelCache(inspecting: place)
    try cache.checkReadable()
    try cache.checkUsable()
    #expect(cache.entries().isEmpty && cache.explain(key) == .neverCompiled)
    #expect(cache.clear() == CompiledModelCache.Cleared(entries: 0, bytes: 0, busy: 0))
    #expect(!FileManager.default.fileExists(atPath: place))
  }

  @Test func damagedEntriesAreCalledDamaged() throws {
    let entry = try store(CompiledModelCache(folder: place))
    try Data("x".utf8).write(to: URL(fileURLWithPath: entry.blob))
    let cache = CompiledModelCache(inspecting: place)
    #expect(cache.brokenEntries().map(\.folder) == [entry.folder])
    #expect(cache.explain(key).description.contains("damaged"))
    #expect(cache.explain(key).description.contains("1 bytes instead of 4"))
    #expect(FileManager.default.fileExists(atPath: entry.blob))
    #expect(cache.clear().entries == 1)
  }

  @Test func useIsNotNotedInAnEntryThatCameSince() throws {
    let cache = try CompiledModelCache(folder: place)
    let old = try store(cache)
    let fresh = try cache.withLock(on: key) {
      try cache.store(key, compileSeconds: 1) { try Data("fresh".utf8).write(to: URL(fileURLWithPath: $0)) }
    }
    cache.noteUse(of: old)
    let entry = try #require(cache.entry(for: key))
    #expect(entry.sum == fresh.sum && cache.isIntact(entry))
    // While somebody works on the key, nothing is written.
    let meta = try Data(contentsOf: URL(fileURLWithPath: entry.folder + "/meta.json"))
    try cache.withLock(on: key) { cache.noteUse(of: entry) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: entry.folder + "/meta.json")) == meta)
  }

  @Test func aModelThatOthersMayWriteIsSaid() throws {
    for name in ["openvino_model.xml", "openvino_model.bin"] { try folder.write("", to: name) }
    let model = try ModelFolder(path: folder.path)
    #expect(model.writableByOthers == nil)
    for path in [model.xml, model.weights, folder.path] {
      let before = try permissions(path)
      try permit(before | 0o002, path)
      #expect(model.writableByOthers?.hasSuffix("everybody may write to it") == true)
      try permit(before, path)
    }
  }
}
