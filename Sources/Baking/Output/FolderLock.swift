#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// An exclusive lock on a folder that ends with the process, whatever ends it.
final class FolderLock {
  private let descriptor: Int32

  /// Locks the folder at `path`; nil where another process holds the lock.
  /// - Throws: `BakeError` where the folder cannot be opened.
  init?(path: String) throws(BakeError) {
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw BakeError(
        .permission, "cannot open \(path)", why: String(cString: strerror(errno)),
        mend: "choose a folder of your own with -o")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, names(path) else {
      close(descriptor)
      return nil
    }
  }

  deinit { close(descriptor) }

  /// Whether `path` still is the folder that was locked: another bake may have finished and renamed it between
  /// the opening and the locking.
  private func names(_ path: String) -> Bool {
    var locked = stat()
    var named = stat()
    return fstat(descriptor, &locked) == 0 && stat(path, &named) == 0 && locked.st_ino == named.st_ino
      && locked.st_dev == named.st_dev
  }
}
