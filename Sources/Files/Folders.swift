import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Folders, and what is in them.
package enum Folders {
  /// The names in a folder, without `.` and `..`, sorted by their characters.
  package static func names(in folder: String) throws(FileError) -> [String] {
    try FileError.wrapping("list", folder) {
      guard let stream = opendir(folder) else { throw Errno(rawValue: errno) }
      return rawNames(stream).map { String(decoding: $0, as: UTF8.self) }.sorted()
    }
  }

  /// As `names`; none where the folder cannot be read.
  package static func readableNames(in folder: String) -> [String] { (try? names(in: folder)) ?? [] }

  /// The paths, from `folder`, of what is in it and in the folders below it that are no links; sorted.
  package static func paths(below folder: String) -> [String] {
    readableNames(in: folder).flatMap { name in
      let isFolder = FileStatus(at: "\(folder)/\(name)", followsLinks: false)?.isFolder == true
      return isFolder ? paths(below: "\(folder)/\(name)").map { "\(name)/\($0)" } : [name]
    }.sorted()
  }

  /// The names in an open stream, which is closed, as the bytes that the file system has.
  static func rawNames(_ stream: OpaquePointer) -> [[UInt8]] {
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
    }
    return names
  }

  /// Makes a folder and those above it.
  ///
  /// - Parameter permissions: of those that it makes, before the user's mask.
  package static func make(_ path: String, permissions: UInt32 = 0o777) throws(FileError) {
    if FileStatus(at: path)?.isFolder == true { return }
    let parent = parent(of: path)
    if parent != path { try make(parent, permissions: permissions) }
    do {
      try FileError.checking("make the folder", path) { mkdir(path, mode_t(permissions)) }
    } catch  where error.number == .fileExists {
      // Made by another at the same time, or something else stands there.
      guard FileStatus(at: path)?.isFolder == true else {
        throw FileError("make the folder", path, .notDirectory)
      }
    }
  }

  /// Makes a folder that must not be there yet: what somebody else put there is an error.
  package static func create(_ path: String, permissions: UInt32 = 0o777) throws(FileError) {
    try FileError.checking("make the folder", path) { mkdir(path, mode_t(permissions)) }
  }

  /// The folder that `path` is in: "." for a lone name, "/" for the root.
  package static func parent(of path: String) -> String {
    // By bytes: a combining accent behind a slash makes another character of it, but no other path.
    let bytes = Array(path.utf8)
    guard let slash = bytes.dropLast(bytes.last == 0x2F ? 1 : 0).lastIndex(of: 0x2F) else {
      return bytes.first == 0x2F ? "/" : "."
    }
    return slash == 0 ? "/" : String(decoding: bytes[..<slash], as: UTF8.self)
  }

  /// The path without symbolic links; nil where there is no such file.
  package static func realPath(_ path: String) -> String? {
    guard !path.utf8.contains(0), let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The nearest folder at or above `path` that exists.
  package static func nearest(_ path: String) -> String {
    var folder = path
    while FileStatus(at: folder)?.isFolder != true {
      let parent = parent(of: folder)
      if parent == folder { return parent }
      folder = parent
    }
    return folder
  }

  /// The bytes that this user may still write to the file system of `path`, or of the nearest folder above it that
  /// exists; nil if unknown.
  package static func freeSpace(_ path: String) -> Int? {
    var space = statvfs()
    guard statvfs(nearest(path), &space) == 0 else { return nil }
    let (bytes, overflow) = UInt64(space.f_bavail).multipliedReportingOverflow(by: UInt64(space.f_frsize))
    return overflow ? nil : Int(clamping: bytes)
  }

  /// Whether nobody can write to the file system of `path`.
  package static func isReadOnly(_ path: String) -> Bool {
    var space = statvfs()
    return statvfs(path, &space) == 0 && Int(space.f_flag) & Int(ST_RDONLY) != 0
  }

  /// The folder of the running program, without symbolic links.
  package static var ofProgram: String? { program.map(parent) }

  /// The running program itself, without symbolic links.
  package static var program: String? {
    #if os(Linux)
      realPath("/proc/self/exe")
    #else
      CommandLine.arguments.first.flatMap(realPath)
    #endif
  }
}
