extension CompiledModelCache {
  /// All complete entries, the most recently used first.
  public func entries() -> [CacheEntry] {
    Files.names(in: folder).filter(Self.isDigest)
      .compactMap { CacheEntry(folder: place($0)) }
      .sorted { ($0.lastUsed, $0.key.digest) > ($1.lastUsed, $1.key.digest) }
  }

  /// What `clear` did.
  public struct Cleared: Sendable, Hashable {
    /// How many entries were removed.
    public var entries: Int
    /// How many bytes their blobs had.
    public var bytes: Int
    /// How many were left because a process is working on them.
    public var busy: Int

    /// Counts what was done.
    public init(entries: Int, bytes: Int, busy: Int) {
      self.entries = entries
      self.bytes = bytes
      self.busy = busy
    }
  }

  /// Removes all entries, but not those that a process is compiling; nothing that is not ours is touched.
  public func clear() -> Cleared {
    var result = Cleared(entries: 0, bytes: 0, busy: 0)
    for name in Files.names(in: folder) where Self.isDigest(name) {
      let size = Files.status(place(name) + "/blob")?.size ?? 0
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
    for name in Files.names(in: folder) {
      if name.hasPrefix(".partial-") {
        let digest = String(name.dropFirst(".partial-".count))
        guard Self.isDigest(digest) else { continue }
        withoutOthers(digest) { Files.remove(folder + "/" + name) }
      } else if Self.isDigest(name) {
        let isBroken = CacheEntry(folder: place(name)) == nil
        let hasLeftovers = Files.names(in: place(name)).contains { $0.hasSuffix(".new") }
        guard isBroken || hasLeftovers else { continue }
        withoutOthers(name) {
          if CacheEntry(folder: place(name)) == nil { return Files.remove(place(name)) }
          removeOldTemporaries(in: place(name))
        }
      }
    }
  }

  /// Another process may be replacing `meta.json` at this moment; only files of dead ones are removed.
  private func removeOldTemporaries(in entry: String) {
    for name in Files.names(in: entry) where name.hasSuffix(".new") {
      let parts = name.split(separator: ".")
      let process = parts.dropLast().last.flatMap { Int32($0) }
      if let process, !Files.isAlive(process) { Files.remove(entry + "/" + name) }
    }
  }

  private func removeUnlessBusy(_ digest: String) -> Bool {
    withoutOthers(digest) { Files.remove(place(digest)) }
    return Files.status(place(digest)) == nil
  }

  /// Runs `body` if no process works on the key.
  private func withoutOthers(_ digest: String, _ body: () -> Void) {
    guard let lock = try? FileLock.attempt(lockPath(digest)) else { return }
    withExtendedLifetime(lock) { body() }
  }

  /// Whether a name is that of an entry: 32 hexadecimal digits.
  static func isDigest(_ name: String) -> Bool {
    name.utf8.count == 32
      && name.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}
