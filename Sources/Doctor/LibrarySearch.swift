/// Finds shared libraries where the loader finds them (ld.so(8)), without loading any.
struct LibrarySearch {
  private let files: any FileTree
  /// Of `LD_LIBRARY_PATH`.
  private let first: [String]
  /// Of `/etc/ld.so.conf` and built in.
  private let last: [String]

  init(_ machine: Machine) {
    files = machine.files
    first = (machine.variables["LD_LIBRARY_PATH"] ?? "").split(separator: ":").map(String.init)
    let architectures = ["x86_64-linux-gnu", "aarch64-linux-gnu"]
    let multi = architectures.flatMap { ["/lib/\($0)", "/usr/lib/\($0)", "/usr/local/lib/\($0)"] }
    var folders = Self.configured("/etc/ld.so.conf", machine.files, depth: 0)
    folders += multi + ["/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"]
    var seen: Set<String> = []
    last = folders.filter { seen.insert($0).inserted }
  }

  /// The path of the library `name`.
  /// - Parameters:
  ///   - early: folders that an old-style RPATH puts before everything.
  ///   - late: folders that a RUNPATH puts after `LD_LIBRARY_PATH`.
  func find(_ name: String, early: [String] = [], late: [String] = []) -> String? {
    if name.contains("/") { return files.exists(name) ? name : nil }
    for folder in early + first + late + last {
      let path = "\(folder)/\(name)"
      if files.entry(at: path)?.kind == .file { return path }
    }
    return nil
  }

  /// All libraries whose name begins with `prefix`, each folder once however many names it has.
  func all(prefix: String) -> [String] {
    var seen: Set<String> = []
    return (first + last).flatMap { folder in
      files.names(in: folder).filter { $0.hasPrefix(prefix) }.map { "\(folder)/\($0)" }
    }.filter { seen.insert(files.resolved($0) ?? $0).inserted }
  }

  private static func configured(_ path: String, _ files: any FileTree, depth: Int) -> [String] {
    guard depth < 4, let text = files.text(path) else { return [] }
    return text.split(separator: "\n").flatMap { line -> [String] in
      let words = line.split(separator: "#", omittingEmptySubsequences: false)[0].split(
        whereSeparator: \.isWhitespace)
      guard let first = words.first else { return [] }
      if first == "include" { return words.dropFirst().flatMap { included(String($0), files, depth) } }
      return first.hasPrefix("/") ? [String(first)] : []
    }
  }

  /// The files of a pattern such as `/etc/ld.so.conf.d/*.conf`.
  private static func included(_ pattern: String, _ files: any FileTree, _ depth: Int) -> [String] {
    guard let slash = pattern.lastIndex(of: "/") else { return [] }
    let folder = String(pattern[..<slash])
    let parts = pattern[pattern.index(after: slash)...].split(
      separator: "*", omittingEmptySubsequences: false)
    guard parts.count <= 2, let head = parts.first, let tail = parts.last else { return [] }
    return files.names(in: folder)
      .filter { parts.count == 1 ? $0 == head : $0.hasPrefix(head) && $0.hasSuffix(tail) }
      .flatMap { configured("\(folder)/\($0)", files, depth: depth + 1) }
  }
}
