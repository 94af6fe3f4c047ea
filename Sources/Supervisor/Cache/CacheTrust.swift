import Errors
import Files

/// Whom a cache of compiled models believes. Whoever writes to it puts code into this process.
package enum CacheTrust: Sendable {
  /// This user and root: for a folder that was found, not named.
  case own
  /// Besides these the owner of the folder and the members of its group, if this user is one of them: for a folder that
  /// the user named, as a group's cache is, or one that another user keeps for all.
  case named

  /// Why something may have been written by somebody who is not believed; nil where that cannot be.
  ///
  /// - Parameters:
  ///   - cacheOwner: the owner of the cache's folder.
  ///   - user: who asks, with the groups.
  ///   - isReadOnly: whether nobody can write there, as in a mounted image: what is in it was put there by whoever may
  ///     mount.
  package func distrust(
    _ status: FileStatus, cacheOwner: UInt32, user: UInt32, groups: Set<UInt32>, isReadOnly: Bool
  ) -> String? {
    guard self == .named || isReadOnly, status.kind != .link else {
      return Owners.distrust(status, user: user)
    }
    if isReadOnly { return nil }
    if status.permissions & 0o002 != 0 { return "everybody may write to it" }
    if status.permissions & 0o020 != 0, groups.contains(status.group) { return nil }
    // In a group's cache entries belong to whoever compiled them.
    return Owners.distrust(status, user: status.owner == user ? user : cacheOwner)
  }

  /// As `distrust`, for a path within the cache of `folder`.
  func distrust(_ path: String, in folder: String) -> String? {
    guard let status = FileStatus(at: path, followsLinks: false) else { return nil }
    return distrust(
      status, cacheOwner: FileStatus(at: folder)?.owner ?? Owners.user, user: Owners.user,
      groups: Owners.groups,
      isReadOnly: Folders.isReadOnly(folder))
  }

  /// - Throws: `.cacheUnusable` where somebody who is not believed could have written to `folder`, or could exchange it.
  func check(_ path: String, in folder: String) throws(SupervisorError) {
    guard let reason = distrustOfPlace(path, in: folder) else { return }
    throw Self.refusal(path, reason)
  }

  /// Why somebody who is not believed could have written to `path`, or could exchange it; nil where that cannot be.
  func distrustOfPlace(_ path: String, in folder: String) -> String? {
    let trusted = self == .named ? FileStatus(at: folder)?.owner : nil
    let exchangeable = Folders.isReadOnly(folder) ? nil : Owners.exchangeable(path, trusting: trusted)
    return distrust(path, in: folder) ?? exchangeable
  }

  private static func refusal(_ folder: String, _ reason: String) -> SupervisorError {
    let mend: Wording =
      FileStatus(at: folder)?.owner == Owners.user
      ? """
      Look at what is in it and empty it, then make it yours alone (`chmod go-w \(folder)`); or give another \
      folder with \(setting: .cacheFolder).
      """ : "Give a folder of your own with \(setting: .cacheFolder)."
    return SupervisorError(
      .cacheUnusable,
      "the cache folder \(folder) is not used: \(reason), and compiled models are code", advice: mend)
  }

  /// A folder that cannot be created or written.
  static func unwritable(_ folder: String, _ error: FileError) -> SupervisorError {
    if error.isFullDisk { return notKept(error, folder) }
    if let status = FileStatus(at: folder), !status.isFolder {
      return SupervisorError(
        .cacheUnusable, "the cache folder \(folder) is no folder",
        advice: "Give a folder with \(setting: .cacheFolder), or \(setting: .noCache).")
    }
    if Folders.isReadOnly(Folders.nearest(folder)) {
      return SupervisorError(
        .cacheUnusable, "the cache folder \(folder) is on a file system that cannot be written",
        advice: "Give another folder with \(setting: .cacheFolder).")
    }
    if error.isLink {
      return SupervisorError(
        .cacheUnusable, "the cache folder \(folder) cannot be written: \(error.path) is a symbolic link",
        advice: """
          Find out who put it there, and remove it (`rm \(error.path)`), or give another folder with \
          \(setting: .cacheFolder).
          """)
    }
    let place = Folders.nearest(folder)
    return SupervisorError(
      .cacheUnusable,
      "the cache folder \(folder) cannot be written (\(error.message)); \(place) belongs to "
        + Owners.name(of: place),
      advice: writable(folder, place, error))
  }

  /// How a folder becomes writable. Only one of Oven's own may change hands: what lies above it belongs to others.
  private static func writable(_ folder: String, _ place: String, _ error: FileError) -> Wording {
    guard place == folder, error.isForbidden else {
      return "Give a folder of your own with \(setting: .cacheFolder)."
    }
    let command =
      FileStatus(at: folder)?.owner == Owners.user
      ? "chmod -R u+rwX \(folder)" : "sudo chown -R $USER \(folder)"
    return "Make it yours to write (`\(command)`), or give another one with \(setting: .cacheFolder)."
  }

  /// An entry that could not be written.
  static func notKept(_ error: FileError, _ folder: String) -> SupervisorError {
    SupervisorError(
      .cacheUnusable,
      error.isFullDisk
        ? "the compiled model could not be kept: the disk of \(folder) is full"
        : "the compiled model could not be kept: \(error.message)",
      advice: "Free some space, or give another folder with \(setting: .cacheFolder).")
  }
}
