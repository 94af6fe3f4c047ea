/// Compiled models in a folder, shared by any number of processes.
///
/// ```
/// model_cache/
///   0f3c…/blob, meta.json     an entry, named after its key
///   .partial-0f3c…/           being written; renamed when complete
///   .locks/0f3c…              held while somebody compiles for that key
/// ```
///
/// An entry appears in one step, complete and on the disk, so that a process may be killed at any moment:
/// what it leaves behind are partial folders, which the next one removes.
public struct CompiledModelCache: Sendable {
  /// The folder, absolute.
  public let folder: String
  /// How many bytes the blobs may take together; the least recently used go first.
  public let budget: Int
  private let now: @Sendable () -> Int

  /// 20 GB.
  public static let defaultBudget = 20_000_000_000

  /// Opens the cache in a folder, which is created if need be.
  ///
  /// - Throws: `.cacheUnusable`, with the owner and the mend, where the folder cannot be written. A model can
  ///   be loaded without a cache, so this is a reason for a warning.
  public init(
    folder: String, budget: Int = CompiledModelCache.defaultBudget,
    now: (@Sendable () -> Int)? = nil
  ) throws(SupervisorError) {
    do throws(FileError) {
      try Files.makeFolder(folder)
      self.folder = Files.realPath(folder)
      guard Files.isWritable(self.folder) else { throw FileError(self.folder) }
      try Files.makeFolder(self.folder + "/.locks")
    } catch {
      throw Self.unusable(folder, error)
    }
    self.budget = budget
    self.now = now ?? { Files.now() }
    removeLeftovers()
  }

  private static func unusable(_ folder: String, _ error: FileError) -> SupervisorError {
    var place = folder
    while Files.status(place) == nil, let slash = place.lastIndex(of: "/"), slash != place.startIndex {
      place = String(place[..<slash])
    }
    if Files.status(place) == nil { place = "." }
    let owner = Files.owner(of: place)
    return SupervisorError(
      .cacheUnusable,
      "the cache folder \(folder) cannot be written (\(error.message)); \(place) belongs to \(owner)",
      mend: place == folder
        ? "Give it to yourself, `sudo chown -R $USER \(folder)`, or another one with --cache-dir or CACHE_DIR."
        : "Give a folder of your own with --cache-dir or CACHE_DIR.")
  }

  /// The entry of a key, if there is one and its files have the right size. Its sum is not checked yet.
  public func entry(for key: CacheKey) -> CacheEntry? {
    guard let entry = CacheEntry(folder: place(key.digest)), entry.key.digest == key.digest else {
      return nil
    }
    return entry
  }

  /// Whether the blob is what was written. Reads all of it.
  public func isIntact(_ entry: CacheEntry) -> Bool {
    guard let sum = try? Files.digest(of: entry.blob) else { return false }
    return sum == entry.sum
  }

  /// Remembers that an entry was used now; a folder that became unwritable is no reason to stop.
  public func noteUse(of entry: CacheEntry) {
    var entry = entry
    entry.lastUsed = now()
    try? Files.replace(entry.meta, with: entry.metaBytes)
  }

  /// Runs `body` while no other process works on the same key. `whileWaiting` is called about ten times a
  /// second as long as one does.
  public func withLock<Result>(
    on key: CacheKey, whileWaiting: () throws -> Void = {}, _ body: () throws -> Result
  ) throws -> Result {
    let lock = try FileLock.acquire(lockPath(key.digest), whileWaiting: whileWaiting)
    return try withExtendedLifetime(lock) { try body() }
  }

  /// Adds an entry; the caller holds the key's lock.
  ///
  /// - Parameters:
  ///   - compileSeconds: For the record.
  ///   - write: Writes the blob to the path it is given.
  public func store(
    _ key: CacheKey, compileSeconds: Double, write: (String) throws -> Void
  ) throws -> CacheEntry {
    let partial = partialPath(key.digest)
    Files.remove(partial)
    do {
      try Files.makeFolder(partial)
      let blob = partial + "/blob"
      try write(blob)
      try Files.synchronize(blob)
      guard let size = Files.status(blob)?.size, size > 0 else { throw FileError(blob) }
      let time = now()
      var entry = CacheEntry(
        key: key, size: size, sum: try Files.digest(of: blob), created: time, lastUsed: time,
        compileSeconds: compileSeconds, folder: partial)
      try Files.write(entry.metaBytes, to: entry.meta)
      entry.folder = place(key.digest)
      Files.remove(entry.folder)
      try Files.move(partial, to: entry.folder)
      try Files.synchronize(folder)
      evict(keeping: entry)
      return entry
    } catch {
      Files.remove(partial)
      if let error = error as? FileError {
        throw SupervisorError(
          .cacheUnusable, "the compiled model could not be kept: \(error.message)",
          mend: "Free some space, or give another folder with --cache-dir or CACHE_DIR.")
      }
      throw error
    }
  }

  /// Removes an entry that is damaged or that the driver refuses; the caller holds the key's lock.
  public func discard(_ entry: CacheEntry) {
    Files.remove(entry.folder)
  }

  func place(_ digest: String) -> String { folder + "/" + digest }
  func partialPath(_ digest: String) -> String { folder + "/.partial-" + digest }
  func lockPath(_ digest: String) -> String { folder + "/.locks/" + digest }
}
