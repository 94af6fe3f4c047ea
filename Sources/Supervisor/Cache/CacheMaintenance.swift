import Digests
import Files

extension CompiledModelCache {
  /// All complete entries, the most recently used first.
  package func entries() -> [CacheEntry] {
    Folders.readableNames(in: folder).filter(Self.isDigest)
      .compactMap { name in
        guard case .entry(let entry) = read(name) else { return nil }
        return entry
      }
      .sorted { ($0.lastUsed, $0.key.digest) > ($1.lastUsed, $1.key.digest) }
  }

  /// An entry that cannot be used, and why; it is compiled again when it is needed.
  package struct Broken: Sendable, Hashable {
    /// Its folder.
    package var folder: String
    /// Half a sentence.
    package var reason: String
  }

  /// All entries that cannot be used.
  package func brokenEntries() -> [Broken] {
    Folders.readableNames(in: folder).filter(Self.isDigest).compactMap { name in
      guard case .broken(let reason) = read(name) else { return nil }
      return Broken(folder: place(name), reason: reason)
    }
  }

  /// What `clear` did.
  package struct Cleared: Sendable, Hashable {
    /// How many entries were removed.
    package var entries: Int
    /// How many bytes their blobs had.
    package var bytes: Int
    /// How many were left because a process is working on them.
    package var busy: Int

    /// Counts what was done.
    package init(entries: Int, bytes: Int, busy: Int) {
      self.entries = entries
      self.bytes = bytes
      self.busy = busy
    }
  }

  /// Removes all entries, but not those that a process is compiling; nothing that is not ours is touched.
  package func clear() -> Cleared {
    var result = Cleared(entries: 0, bytes: 0, busy: 0)
    let names = Folders.readableNames(in: folder).filter(Self.isDigest)
    // Nothing is made in a folder that is no cache.
    if !names.isEmpty { try? Folders.make(folder + "/.locks", permissions: 0o700) }
    for name in names {
      let size = FileStatus(at: place(name) + "/blob")?.size ?? 0
      if removeUnlessBusy(name) {
        result.entries += 1
        result.bytes += size
      } else {
        result.busy += 1
      }
    }
    removeLeftovers()
    return result
  }

  /// Removes one entry, unless a process works on it.
  package func remove(_ entry: CacheEntry) -> Bool { removeUnlessBusy(entry.key.digest) }

  /// Removes the least recently used entries until the rest fits the budget. `kept` stays in any case.
  func evict(keeping kept: CacheEntry) {
    var left = budget - kept.size
    for entry in entries() where entry.folder != kept.folder {
      left -= entry.size
      if left < 0, removeUnlessBusy(entry.key.digest) { left += entry.size }
    }
  }

  /// Removes what killed processes left: partial folders, entries that are not complete, half-written files.
  func removeLeftovers() {
    for name in Folders.readableNames(in: folder) {
      if name.hasPrefix(".partial-") {
        let digest = String(name.dropFirst(".partial-".count))
        guard Self.isDigest(digest) else { continue }
        withoutOthers(digest) { Removal.quietly(folder + "/" + name) }
      } else if Self.isDigest(name) {
        let isBroken = isBroken(name)
        let hasLeftovers = Folders.readableNames(in: place(name)).contains { $0.hasSuffix(".new") }
        guard isBroken || hasLeftovers else { continue }
        withoutOthers(name) {
          if self.isBroken(name) { return Removal.quietly(place(name)) }
          removeOldTemporaries(in: place(name))
        }
      }
    }
  }

  private func isBroken(_ name: String) -> Bool {
    if case .broken = read(name) { true } else { false }
  }

  /// Another process may be replacing `meta.json` at this moment; only files of dead ones are removed.
  private func removeOldTemporaries(in entry: String) {
    for name in Folders.readableNames(in: entry) where name.hasSuffix(".new") {
      if let process = Temporary.process(of: name), !Processes.isAlive(process) {
        Removal.quietly(entry + "/" + name)
      }
    }
  }

  private func removeUnlessBusy(_ digest: String) -> Bool {
    withoutOthers(digest) { Removal.quietly(place(digest)) }
    return FileStatus(at: place(digest)) == nil
  }

  /// Runs `body` if no process works on the key.
  func withoutOthers(_ digest: String, _ body: () -> Void) {
    guard let lock = try? FileLock.attempt(lockPath(digest)) else { return }
    withExtendedLifetime(lock) { body() }
  }

  /// Whether a name is that of an entry: 32 hexadecimal digits.
  static func isDigest(_ name: String) -> Bool { Hex.isHex(name, count: 32) }
}
