import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Deleting. What a symbolic link points to is never touched, also not by one that is put there at the last moment:
/// every folder is opened without following links, and what is in it is deleted through that descriptor.
package enum Removal {
  /// Removes a file or a link.
  package static func file(_ path: String) { _ = unlink(path) }

  /// Removes a file or link, or a folder with everything in it.
  package static func tree(_ path: String) throws(FileError) {
    let parent = try open(Folders.parent(of: path), path, following: true)
    try remove(lastName(path), in: parent, path)
  }

  /// As `tree`, where failures do not matter.
  package static func quietly(_ path: String) { try? tree(path) }

  /// Removes a folder with nothing in it.
  package static func emptyFolder(_ path: String) { _ = rmdir(path) }

  /// Removes what is in a folder under names that `condition` is true of.
  package static func contents(
    of folder: String, where condition: (String) -> Bool = { _ in true }
  ) throws(FileError) {
    let file = try open(folder, folder, following: false)
    for name in try names(of: file) where condition(String(decoding: name, as: UTF8.self)) {
      try remove(name, in: file, folder)
    }
  }

  private static func remove(_ name: [UInt8], in folder: OpenFile, _ path: String) throws(FileError) {
    let name = name.map { CChar(bitPattern: $0) } + [0]
    let parent = folder.descriptor.rawValue
    if unlinkat(parent, name, 0) == 0 { return }
    let number = Errno(rawValue: errno)
    if number == .noSuchFileOrDirectory { return }
    // Of a folder, Linux says that it is one, and POSIX that it is not permitted.
    guard number == .isDirectory || number == .notPermitted else { throw FileError("remove", path, number) }
    let inner = OpenFile(
      path,
      FileDescriptor(
        rawValue: try FileError.checking("remove", path) {
          openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        }))
    for child in try names(of: inner) { try remove(child, in: inner, path) }
    try FileError.checking("remove", path) { unlinkat(parent, name, AT_REMOVEDIR) }
  }

  private static func open(_ folder: String, _ path: String, following: Bool) throws(FileError) -> OpenFile {
    let options: FileDescriptor.OpenOptions = following ? [] : .noFollow
    return OpenFile(
      folder,
      try FileError.wrapping("remove", path) {
        try FileDescriptor.open(folder, .readOnly, options: options.union([.directory, .closeOnExec]))
      })
  }

  private static func names(of folder: OpenFile) throws(FileError) -> [[UInt8]] {
    try FileError.wrapping("list", folder.path) {
      // The stream takes its own descriptor, and closes it.
      let descriptor = try folder.descriptor.duplicate()
      guard let stream = fdopendir(descriptor.rawValue) else {
        let number = Errno(rawValue: errno)
        try? descriptor.close()
        throw number
      }
      rewinddir(stream)
      return Folders.rawNames(stream)
    }
  }

  private static func lastName(_ path: String) -> [UInt8] {
    path.utf8.split(separator: 0x2F).last.map(Array.init) ?? Array(".".utf8)
  }
}
