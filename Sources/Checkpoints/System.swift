#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the readers ask the operating system. The only POSIX code of the target.
enum System {
  /// What is at a path.
  enum Kind { case file, folder, other, nothing }

  /// What is at `path`, links followed.
  static func kind(of path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .nothing }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  /// `base` to the power of `exponent`, from the system's mathematical library.
  static func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

  /// The names in a folder, sorted.
  /// - Throws: `CheckpointError` of code `unreadable`, with the system's reason.
  static func names(in folder: String) throws(CheckpointError) -> [String] {
    guard let stream = opendir(folder) else {
      throw CheckpointError(.unreadable, "cannot list \(folder): \(String(cString: strerror(errno)))")
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
