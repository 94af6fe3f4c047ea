import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Renames that a crash or a power cut leaves either undone or done.
enum DurableRename {
  /// Forces every file of `folder`, and the folder itself, to the disk.
  static func synchronize(folder: String) throws(BakeError) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names { try synchronize(path: folder + "/" + name, flags: O_RDONLY) }
    try synchronize(directory: folder)
  }

  /// Forces the entries of a directory to the disk.
  static func synchronize(directory: String) throws(BakeError) {
    try synchronize(path: directory, flags: O_RDONLY | O_DIRECTORY)
  }

  /// Renames `old` to `new`, which must not exist.
  static func rename(_ old: String, to new: String) throws(BakeError) {
    guard Foundation.rename(old, new) == 0 else { throw failure("rename \(old) to \(new)") }
  }

  /// Makes the two folders change their names, in one step where the system can.
  static func exchange(_ first: String, _ second: String) throws(BakeError) {
    #if os(Linux)
      if LinuxRename.exchange(first, second) { return }
    #endif
    // Without it there is a moment in which `second` does not exist; it never is half of anything.
    let aside = first + ".old"
    try rename(second, to: aside)
    try rename(first, to: second)
    try rename(aside, to: first)
  }

  private static func synchronize(path: String, flags: Int32) throws(BakeError) {
    let descriptor = open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open \(path)") }
    defer { close(descriptor) }
    // Some file systems cannot synchronise a directory and say EINVAL: there is nothing more to do then.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("write \(path) to the disk") }
  }

  private static func failure(_ action: String) -> BakeError {
    if errno == ENOSPC { return .diskFull(action) }
    return BakeError(
      .io, "cannot \(action)", why: String(cString: strerror(errno)),
      mend: "look at the disk, then bake again")
  }
}

#if os(Linux)
  /// renameat2(2), which Swift's overlay of the C library does not show.
  private enum LinuxRename {
    private typealias Function =
      @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32

    /// Exchanges two names in one step; false where the C library or the file system cannot.
    static func exchange(_ first: String, _ second: String) -> Bool {
      guard let symbol = dlsym(nil, "renameat2") else { return false }
      let exchangeFlag: UInt32 = 2
      return unsafeBitCast(symbol, to: Function.self)(AT_FDCWD, first, AT_FDCWD, second, exchangeFlag) == 0
    }
  }
#endif
