#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The few POSIX calls that finding a library takes.
enum Directory {
  /// Whether there is a folder at `path`.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// The names in a folder, without `.` and `..`; none where it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder.isEmpty ? "/" : folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// The path without symbolic links, or `nil` where there is no such file.
  static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The folders that a pattern stands for, the last in alphabetical order first: newer versions win.
  static func matches(_ pattern: String) -> [String] {
    guard let star = pattern.firstIndex(of: "*"), let slash = pattern[..<star].lastIndex(of: "/")
    else { return [pattern] }
    let folder = String(pattern[..<slash])
    let start = pattern[..<star].dropFirst(folder.count + 1)
    let end = pattern[star...].dropFirst()
    return names(in: folder).filter { $0.hasPrefix(start) && $0.hasSuffix(end) }.sorted(by: >)
      .map { folder + "/" + $0 }
  }

  /// The bytes of a file of at most `limit` bytes.
  static func contents(of path: String, limit: Int) -> [UInt8]? {
    guard let file = fopen(path, "rbe") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&piece, 1, piece.count, file)
      if count == 0 { return bytes }
      bytes += piece[..<count]
      if bytes.count > limit { return nil }
    }
  }

  /// The folder of the running program, without symbolic links.
  static var program: String? {
    #if os(Linux)
      let path = realPath("/proc/self/exe")
    #else
      let path = CommandLine.arguments.first.flatMap(realPath)
    #endif
    guard let path, let slash = path.lastIndex(of: "/") else { return nil }
    return String(path[..<slash])
  }

  /// The environment variables that matter here.
  static func variables(_ names: [String]) -> [String: String] {
    var result: [String: String] = [:]
    for name in names {
      if let value = getenv(name) { result[name] = String(cString: value) }
    }
    return result
  }
}
