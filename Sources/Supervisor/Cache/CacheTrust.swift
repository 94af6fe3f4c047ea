import Files

/// Whom a cache of compiled models believes: this user and root. Everybody else could have put code into it.
enum CacheTrust {
  /// - Throws: `.cacheUnusable` where another user could have written to `folder`, or could exchange it.
  static func check(_ folder: String) throws(SupervisorError) {
    guard let reason = Owners.distrust(folder) ?? Owners.exchangeable(folder) else { return }
    let mend =
      FileStatus(at: folder)?.owner == Owners.user
      ? "Look at what is in it and empty it, then make it yours alone (`chmod go-w \(folder)`); "
        + "or give another folder with --cache-dir or CACHE_DIR."
      : "Give a folder of your own with --cache-dir or CACHE_DIR."
    throw SupervisorError(
      .cacheUnusable,
      "the cache folder \(folder) is not used: \(reason), and compiled models are code", mend: mend)
  }

  /// A folder that cannot be created or written.
  static func unwritable(_ folder: String, _ error: FileError) -> SupervisorError {
    if error.isFullDisk { return notKept(error, folder) }
    var place = folder
    while FileStatus(at: place) == nil {
      let parent = Folders.parent(of: place)
      if parent == place { break }
      place = parent
    }
    return SupervisorError(
      .cacheUnusable,
      "the cache folder \(folder) cannot be written (\(error.message)); \(place) belongs to "
        + Owners.name(of: place),
      mend: place == folder
        ? "Give it to yourself, `sudo chown -R $USER \(folder)`, or another one with --cache-dir or CACHE_DIR."
        : "Give a folder of your own with --cache-dir or CACHE_DIR.")
  }

  /// An entry that could not be written.
  static func notKept(_ error: FileError, _ folder: String) -> SupervisorError {
    SupervisorError(
      .cacheUnusable,
      error.isFullDisk
        ? "the compiled model could not be kept: the disk of \(folder) is full"
        : "the compiled model could not be kept: \(error.message)",
      mend: "Free some space, or give another folder with --cache-dir or CACHE_DIR.")
  }
}
