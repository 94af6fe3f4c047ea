import Foundation
import Synchronization
import Supervisor
import Testing

@Suite final class CompiledModelCacheTests {
  private let folder: TemporaryFolder
  private let clock = Counter()

  init() throws {
    folder = try TemporaryFolder()
  }

  /// A clock that goes on by a second whenever it is looked at.
  private final class Counter: Sendable {
    private let value = Atomic(1000)
    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
  }

  private func open(budget: Int = 1_000_000) throws -> CompiledModelCache {
    try CompiledModelCache(folder: folder.path + "/cache", budget: budget) { [clock] in clock.next() }
  }

  private func key(_ model: String = "m", driver: String = "1", properties: [String] = ["A=1"]) -> CacheKey {
    CacheKey(
      model: model, modelPath: "/models/\(model)", device: "NPU", deviceName: "AI Boost (3720)",
      driver: driver,
      runtime: "2026.4.1", properties: properties)
  }

  private func store(_ key: CacheKey, _ text: String, in cache: CompiledModelCache) throws -> CacheEntry {
    try cache.withLock(on: key) {
      try cache.store(key, compileSeconds: 2) { try Data(text.utf8).write(to: URL(fileURLWithPath: $0)) }
    }
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path + "/cache").filter { $0 != ".locks" }
  }

  @Test func whatIsStoredIsFoundAgain() throws {
    let cache = try open()
    #expect(cache.entry(for: key()) == nil)
    let stored = try store(key(), "blob", in: cache)
    let found = try #require(try open().entry(for: key()))
    #expect(found == stored)
    #expect(found.key == key())
    #expect(found.size == 4)
    #expect(found.compileSeconds == 2)
    #expect(cache.isIntact(found))
    #expect(try String(contentsOfFile: found.blob, encoding: .utf8) == "blob")
    #expect(try names() == [key().digest])
  }

  @Test func everyPartOfTheKeyCounts() throws {
    let base = key()
    let changes: [WritableKeyPath<CacheKey, String>] = [
      \.model, \.device, \.deviceName, \.driver, \.compiler, \.runtime, \.graph,
    ]
    var digests: Set = [base.digest, key(properties: []).digest, key(properties: ["A=2"]).digest]
    for change in changes {
      var other = base
      other[keyPath: change] += "x"
      digests.insert(other.digest)
    }
    #expect(digests.count == 3 + changes.count)
    var moved = base
    moved.modelPath = "/elsewhere"
    #expect(moved.digest == base.digest)
    // Parts cannot run into each other.
    #expect(key("ab", driver: "c").digest != key("a", driver: "bc").digest)
  }

  @Test func damageIsSeen() throws {
    let cache = try open()
    let entry = try store(key(), "a compiled model", in: cache)
    try Data("a Compiled model".utf8).write(to: URL(fileURLWithPath: entry.blob))
    #expect(cache.entry(for: key()) != nil)
    #expect(!cache.isIntact(entry))
    #expect(cache.explain(key()) == .damaged(entry))
    try Data("short".utf8).write(to: URL(fileURLWithPath: entry.blob))
    #expect(cache.entry(for: key()) == nil)
    // The next one to open the cache removes what cannot be used.
    #expect(try open().entries().isEmpty)
    #expect(try names().isEmpty)
  }

  @Test(arguments: ["", "{", "[]", "{\"format\": 1}", "{\"format\": 99}", "\u{0}"])
  func aMetaFileThatIsNoneIsNoEntry(meta: String) throws {
    let cache = try open()
    let entry = try store(key(), "blob", in: cache)
    try Data(meta.utf8).write(to: URL(fileURLWithPath: entry.folder + "/meta.json"))
    #expect(cache.entry(for: key()) == nil)
    #expect(try open().entries().isEmpty)
    _ = try store(key(), "blob", in: cache)
    #expect(cache.entry(for: key()) != nil)
  }

  @Test func aFailedWriteLeavesNothing() throws {
    struct DiskFull: Error {}
    let cache = try open()
    #expect(throws: DiskFull.self) {
      try cache.store(key(), compileSeconds: 1) { path in
        try Data("half".utf8).write(to: URL(fileURLWithPath: path))
        throw DiskFull()
      }
    }
    #expect(throws: SupervisorError.self) { try cache.store(key(), compileSeconds: 1) { _ in } }
    #expect(try names().isEmpty)
  }

  @Test func leftoversOfAKilledProcessAreRemoved() throws {
    let cache = try open()
    let kept = try store(key("kept"), "blob", in: cache)
    let partial = folder.path + "/cache/.partial-" + key("dead").digest
    try FileManager.default.createDirectory(atPath: partial, withIntermediateDirectories: true)
    try Data("half".utf8).write(to: URL(fileURLWithPath: partial + "/blob"))
    try Data("half".utf8).write(to: URL(fileURLWithPath: kept.folder + "/meta.json.999999999.new"))
    try folder.write("not ours", to: "cache/README")
    _ = try open()
    #expect(try Set(names()) == [kept.key.digest, "README"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: kept.folder).sorted() == ["blob", "meta.json"])
  }

  @Test func aPartialEntryOfALivingProcessIsLeftAlone() throws {
    let cache = try open()
    try cache.withLock(on: key()) {
      _ = try cache.store(key(), compileSeconds: 1) { path in
        _ = try open()
        try Data("blob".utf8).write(to: URL(fileURLWithPath: path))
      }
    }
    #expect(cache.entry(for: key()) != nil)
  }

  @Test func aSecondOneWaitsForTheFirst() throws {
    struct Enough: Error {}
    let cache = try open()
    var waited = 0
    try cache.withLock(on: key()) {
      #expect(throws: Enough.self) {
        try cache.withLock(
          on: key(),
          whileWaiting: {
            waited += 1
            if waited == 2 { throw Enough() }
          }, {})
      }
      // Another key is another lock.
      try cache.withLock(on: key("other")) {}
    }
    #expect(waited == 2)
    try cache.withLock(on: key()) {}
  }

  @Test func theLeastRecentlyUsedGoFirst() throws {
    let cache = try open(budget: 25)
    let first = try store(key("1"), "0123456789", in: cache)
    _ = try store(key("2"), "0123456789", in: cache)
    cache.noteUse(of: first)
    _ = try store(key("3"), "0123456789", in: cache)
    #expect(cache.entries().map(\.key.model) == ["3", "1"])
    // One that is too big by itself is kept all the same: it is needed now.
    _ = try store(key("4"), String(repeating: "x", count: 100), in: cache)
    #expect(cache.entries().map(\.key.model) == ["4"])
  }

  @Test func clearingRemovesWhatIsOursAndNotInUse() throws {
    let cache = try open()
    for model in ["1", "2", "3"] { _ = try store(key(model), "0123456789", in: cache) }
    try folder.write("not ours", to: "cache/README")
    try cache.withLock(on: key("2")) {
      #expect(cache.clear() == CompiledModelCache.Cleared(entries: 2, bytes: 20, busy: 1))
    }
    #expect(cache.entries().map(\.key.model) == ["2"])
    #expect(cache.clear() == CompiledModelCache.Cleared(entries: 1, bytes: 10, busy: 0))
    #expect(try names() == ["README"])
  }

  @Test func aFolderThatCannotBeWrittenSaysWhoseItIs() throws {
    try folder.write("", to: "file")
    for (place, said) in [("/file", "is no folder"), ("/file/below", "belongs to \(NSUserName())")] {
      let error = #expect(throws: SupervisorError.self) {
        try CompiledModelCache(folder: folder.path + place)
      }
      #expect(error?.code == .cacheUnusable)
      #expect(error?.message.contains(said) == true)
      #expect(
        error?.mend.contains("CompiledModelCache.folder") == true && error?.mend.contains("chown") == false)
    }
  }

  @Test func explainsWhatChanged() throws {
    let cache = try open()
    #expect(cache.explain(key()) == .neverCompiled)
    let entry = try store(key(), "blob", in: cache)
    #expect(cache.explain(key()) == .cached(entry))
    #expect(cache.explain(key("other")) == .neverCompiled)
    #expect(
      cache.explain(key(driver: "2"))
        == .changed(entry, [CacheKey.Difference(name: "driver", then: "1", now: "2")]))
    let explanation = cache.explain(key(properties: ["B=1"]))
    #expect(
      explanation
        == .changed(
          entry,
          [
            CacheKey.Difference(name: "property B", then: "", now: "1"),
            CacheKey.Difference(name: "property A", then: "1", now: ""),
          ]))
    #expect(explanation.description.contains("property A: 1 → (not set)"))
    // The nearest of several, of the same device.
    var elsewhere = key(driver: "2")
    elsewhere.device = "CPU"
    _ = try store(elsewhere, "blob", in: cache)
    let near = try store(key(driver: "2", properties: ["A=1", "C=1"]), "blob", in: cache)
    // Both of the same device have one difference: the one that was used last says more about yesterday.
    #expect(
      cache.explain(key(driver: "2"))
        == .changed(near, [CacheKey.Difference(name: "property C", then: "1", now: "")]))
    cache.noteUse(of: entry)
    #expect(
      cache.explain(key(driver: "2"))
        == .changed(
          try #require(cache.entry(for: key())), [CacheKey.Difference(name: "driver", then: "1", now: "2")]))
  }
}
