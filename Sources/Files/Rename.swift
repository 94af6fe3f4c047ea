import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Renames, which a crash or a power cut leaves either undone or done.
package enum Rename {
  /// Moves a file or folder to a name that is free, or takes the place of a file.
  package static func replace(_ path: String, to target: String) throws(FileError) {
    if path.utf8.contains(0) { throw FileError("rename", path, .invalidArgument) }
    try FileError.checking("rename to", target) { rename(path, target) }
  }

  /// Makes the two folders change their names, in one step where the system can.
  package static func exchange(_ first: String, _ second: String) throws(FileError) {
    #if os(Linux)
      if LinuxRename.exchange(first, second) { return }
    #endif
    // Without it there is a moment in which `second` does not exist; it never is half of anything.
    let aside = Temporary.name(beside: first)
    try replace(second, to: aside)
    do throws(FileError) {
      try replace(first, to: second)
    } catch {
      try? replace(aside, to: second)
      throw error
    }
    try replace(aside, to: first)
  }

  /// Forces the names in a folder, or the bytes of a file, to the disk.
  package static func synchronize(_ path: String) throws(FileError) {
    try OpenFile(reading: path).synchronize()
  }

  private static func rename(_ path: String, _ target: String) -> CInt {
    #if canImport(Glibc)
      Glibc.rename(path, target)
    #elseif canImport(Musl)
      Musl.rename(path, target)
    #else
      Darwin.rename(path, target)
    #endif
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
