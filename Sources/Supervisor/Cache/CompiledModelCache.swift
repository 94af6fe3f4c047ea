import Files

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
///
/// A compiled model is code. What another user could have put there is not loaded: see `CacheTrust`.
package struct CompiledModelCache: Sendable {
  /// The folder, absolute.
  package let folder: String
  /// How many bytes the blobs may take together; the least recently used go first.
  package let budget: Int
  /// Whether entries can be added. What is in a folder where this user cannot write is used all the same.
  package let isWritable: Bool
  private let trust: CacheTrust
  private let now: @Sendable () -> Int

  /// 20 GB.
  package static let defaultBudget = 20_000_000_000

  /// Opens the cache in a folder, which is created for this user alone if need be.
  ///
  /// - Throws: `.cacheUnusable`, with the reason and the mend, where the folder cannot be made or read, or where others
  ///   may write to it. A model can be loaded without a cache, so this is a reason for a warning.
  package init(
    folder: String, budget: Int = CompiledModelCache.defaultBudget,
    now: (@Sendable () -> Int)? = nil
  ) throws(SupervisorError) {
    try self.init(folder: folder, budget: budget, trust: .own, now: now)
  }

  /// As above; `trust` says whose folder it may be.
  package init(
    folder: String, budget: Int = CompiledModelCache.defaultBudget, trust: CacheTrust,
    now: (@Sendable () -> Int)? = nil
  ) throws(SupervisorError) {
    do throws(FileError) {
      if FileStatus(at: folder) == nil {
        try Folders.make(Folders.parent(of: folder))
        try Folders.make(folder, permissions: 0o700)
      } else {
        try Folders.make(folder)
      }
    } catch {
      throw CacheTrust.unwritable(folder, error)
    }
    self.init(inspecting: folder, budget: budget, trust: trust, now: now)
    try checkUsable()
    guard isWritable else { return }
    do throws(FileError) {
      // Refused before anything is shared or made through it.
      if FileStatus(at: locks, followsLinks: false)?.kind == .link {
        throw FileError("open", locks, .tooManySymbolicLinkLevels)
      }
      try Folders.make(locks, permissions: 0o700)
      // Only the one who made it can, and has to.
      if FileStatus(at: locks)?.owner == Owners.user { try share(locks) }
    } catch {
      throw CacheTrust.unwritable(folder, error)
    }
    try trust.check(locks, in: self.folder)
    removeLeftovers()
  }

  /// The cache in a folder that is only looked at: nothing is created, and nothing removed unless by `clear`.
  package init(
    inspecting folder: String, budget: Int = CompiledModelCache.defaultBudget,
    now: (@Sendable () -> Int)? = nil
  ) {
    self.init(inspecting: folder, budget: budget, trust: .own, now: now)
  }

  /// As above; `trust` says whose folder it may be.
  package init(
    inspecting folder: String, budget: Int = CompiledModelCache.defaultBudget, trust: CacheTrust,
    now: (@Sendable () -> Int)? = nil
  ) {
    self.folder = Folders.realPath(folder) ?? folder
    self.budget = budget
    self.trust = trust
    isWritable = FileStatus(at: self.folder)?.isFolder != true || Owners.allows(.writeInFolder, self.folder)
    self.now = now ?? { LocalClock.now() }
  }

  /// - Throws: `.cacheUnusable` where a load would not use this folder. One that does not exist yet is usable.
  package func checkUsable() throws(SupervisorError) {
    guard let status = FileStatus(at: folder) else { return }
    guard status.isFolder else {
      throw CacheTrust.unwritable(folder, FileError("open", folder, .notDirectory))
    }
    try trust.check(folder, in: folder)
    if !isWritable { try checkReadable() }
  }

  /// What adding to a cache says in which this user cannot write.
  var notWritable: SupervisorError {
    SupervisorError(
      .cacheUnusable,
      "the compiled model is not kept: \(folder) cannot be written, and belongs to "
        + Owners.name(of: folder),
      advice: "Give a folder of your own with \(setting: .cacheFolder).")
  }

  /// Who may use what is made in a folder that the user named: whoever may use the folder, as its group does, or the
  /// users of an image that is made by root. Nothing is for everybody to write.
  private var openness: UInt32 {
    trust == .named ? (FileStatus(at: folder)?.permissions ?? 0) & 0o075 : 0
  }
  private var filePermissions: UInt32 { 0o600 | openness & 0o066 }

  /// Makes what was made in the folder as open as the folder is.
  private func share(_ path: String) throws(FileError) {
    guard openness != 0 else { return }
    if openness & 0o020 != 0, let group = FileStatus(at: folder)?.group {
      try Owners.setGroup(group, of: path)
    }
    let isFolder = FileStatus(at: path)?.isFolder == true
    try Owners.setPermissions(isFolder ? 0o700 | openness : filePermissions, of: path)
  }

  /// What is at the place of an entry.
  func read(_ digest: String) -> CacheEntry.Found {
    CacheEntry.read(place(digest)) { trust.distrust($0, in: folder) }
  }

  /// - Throws: `.cacheUnusable` where there is something of the name that cannot be listed.
  package func checkReadable() throws(SupervisorError) {
    guard let status = FileStatus(at: folder) else { return }
    guard status.isFolder else {
      throw CacheTrust.unwritable(folder, FileError("list", folder, .notDirectory))
    }
    do throws(FileError) { _ = try Folders.names(in: folder) } catch {
      throw SupervisorError(
        .cacheUnusable, "the cache folder cannot be read: \(error.message)",
        advice: "Give another folder with \(setting: .cacheFolder).")
    }
  }

  /// - Throws: `.cacheUnusable` where nothing can be removed.
  package func checkWritable() throws(SupervisorError) {
    try checkReadable()
    guard FileStatus(at: folder) == nil || Owners.allows(.writeInFolder, folder) else {
      throw CacheTrust.unwritable(folder, .forbidden(folder))
    }
  }

  /// The entry of a key, if there is one and its files have the right size. Its sum is not checked yet.
  package func entry(for key: CacheKey) -> CacheEntry? {
    guard case .entry(let entry) = read(key.digest), entry.key.digest == key.digest else {
      return nil
    }
    return entry
  }

  /// Whether the blob is what was written. Reads all of it.
  package func isIntact(_ entry: CacheEntry) -> Bool {
    guard let sum = try? SmallFile.digest(of: entry.blob) else { return false }
    return sum == entry.sum
  }

  /// Remembers that an entry was used now. Where another process works on the key, or where the folder became
  /// unwritable, it is left out.
  package func noteUse(of used: CacheEntry) {
    withoutOthers(used.key.digest) {
      // It may have been replaced since, and its sum must not come back.
      guard var entry = entry(for: used.key) else { return }
      entry.lastUsed = now()
      try? SmallFile.replace(entry.meta, with: entry.metaBytes, permissions: filePermissions)
      try? share(entry.meta)
    }
  }

  /// Runs `body` while no other process works on the same key. `whileWaiting` is called about ten times a
  /// second as long as one does.
  package func withLock<Result>(
    on key: CacheKey, whileWaiting: () throws -> Void = {}, _ body: () throws -> Result
  ) throws -> Result {
    let path = lockPath(key.digest)
    let isNew = FileStatus(at: path) == nil
    let lock = try FileLock.acquire(path, whileWaiting: whileWaiting)
    if isNew { try? share(path) }
    return try withExtendedLifetime(lock) { try body() }
  }

  /// Adds an entry; the caller holds the key's lock.
  ///
  /// - Parameters:
  ///   - compileSeconds: For the record.
  ///   - write: Writes the blob to the path it is given.
  package func store(
    _ key: CacheKey, compileSeconds: Double, write: (String) throws -> Void
  ) throws -> CacheEntry {
    let partial = partialPath(key.digest)
    Removal.quietly(partial)
    do {
      try Folders.create(partial, permissions: 0o700)
      let blob = partial + "/blob"
      do { try write(blob) } catch { throw fullDisk(in: partial) ?? error }
      try Owners.setPermissions(filePermissions, of: blob)
      try Rename.synchronize(blob)
      guard let size = FileStatus(at: blob)?.size, size > 0 else { throw FileError.empty(blob) }
      let time = now()
      var entry = CacheEntry(
        key: key, size: size, sum: try SmallFile.digest(of: blob), created: time, lastUsed: time,
        compileSeconds: compileSeconds, folder: partial)
      try SmallFile.create(entry.meta, entry.metaBytes, permissions: filePermissions)
      for path in [blob, entry.meta, partial] { try share(path) }
      entry.folder = place(key.digest)
      Removal.quietly(entry.folder)
      try Rename.replace(partial, to: entry.folder)
      try Rename.synchronize(folder)
      evict(keeping: entry)
      return entry
    } catch {
      Removal.quietly(partial)
      if let error = error as? FileError { throw CacheTrust.notKept(error, folder) }
      throw error
    }
  }

  /// Whether there is no room for another mebibyte: then that is why a blob could not be written, whatever words the
  /// device has for it.
  private func fullDisk(in partial: String) -> FileError? {
    do throws(FileError) {
      try SmallFile.create(partial + "/probe", [UInt8](repeating: 1, count: 1 << 20), permissions: 0o600)
      return nil
    } catch {
      return error
    }
  }

  /// Removes an entry that is damaged or that the driver refuses; the caller holds the key's lock.
  package func discard(_ entry: CacheEntry) {
    Removal.quietly(entry.folder)
  }

  func place(_ digest: String) -> String { folder + "/" + digest }
  func partialPath(_ digest: String) -> String { folder + "/.partial-" + digest }
  func lockPath(_ digest: String) -> String { locks + "/" + digest }
  private var locks: String { folder + "/.locks" }
}
