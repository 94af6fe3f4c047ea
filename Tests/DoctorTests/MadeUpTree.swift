import Doctor

/// The files of a machine that a test makes up.
struct MadeUpTree: FileTree {
  private enum Node: Sendable {
    case file([UInt8])
    case folder
    case link(String)
    case device
  }

  var user = Machine.User(number: 1000, groups: [1000])
  var space = 100_000_000_000
  private var nodes: [String: Node] = ["/": .folder]
  private var entries: [String: FileEntry] = [:]

  mutating func file(_ path: String, _ text: String = "") { file(path, bytes: Array(text.utf8)) }

  mutating func file(_ path: String, bytes: [UInt8]) { add(path, .file(bytes), FileEntry(.file)) }

  mutating func folder(_ path: String, permissions: Int = 0o755, owner: Int = 0, group: Int = 0) {
    add(path, .folder, FileEntry(.folder, permissions: permissions, owner: owner, group: group))
  }

  mutating func link(_ path: String, to target: String) { add(path, .link(target), nil) }

  mutating func device(_ path: String, permissions: Int, owner: Int = 0, group: Int) {
    add(path, .device, FileEntry(.other, permissions: permissions, owner: owner, group: group))
  }

  mutating func remove(_ path: String) {
    nodes = nodes.filter { $0.key != path && !$0.key.hasPrefix(path + "/") }
  }

  private mutating func add(_ path: String, _ node: Node, _ entry: FileEntry?) {
    var above = ""
    for part in path.split(separator: "/").dropLast() {
      above += "/\(part)"
      if nodes[above] == nil {
        nodes[above] = .folder
        entries[above] = FileEntry(.folder, permissions: 0o755)
      }
    }
    nodes[path] = node
    entries[path] = entry
  }

  func resolved(_ path: String) -> String? { resolved(path, depth: 0) }

  private func resolved(_ path: String, depth: Int) -> String? {
    guard depth < 20 else { return nil }
    var parts: [Substring] = []
    for part in path.split(separator: "/") {
      if part == "." { continue }
      if part == ".." {
        _ = parts.popLast()
        continue
      }
      parts.append(part)
      let here = "/" + parts.joined(separator: "/")
      if case .link(let target) = nodes[here] {
        let base = "/" + parts.dropLast().joined(separator: "/")
        guard let end = resolved(target.hasPrefix("/") ? target : "\(base)/\(target)", depth: depth + 1)
        else {
          return nil
        }
        parts = end.split(separator: "/")
      }
    }
    let end = "/" + parts.joined(separator: "/")
    return nodes[end] == nil ? nil : end
  }

  func entry(at path: String) -> FileEntry? {
    guard let path = resolved(path) else { return nil }
    return path == "/" ? FileEntry(.folder, permissions: 0o755) : entries[path]
  }

  func names(in folder: String) -> [String] {
    guard let folder = resolved(folder) else { return [] }
    let prefix = folder == "/" ? "/" : folder + "/"
    return nodes.keys.filter { $0.hasPrefix(prefix) && $0 != prefix }
      .map { $0.dropFirst(prefix.count) }.filter { !$0.contains("/") }.map(String.init).sorted()
  }

  func bytes(at path: String, offset: Int, count: Int) -> [UInt8]? {
    guard let path = resolved(path), case .file(let bytes) = nodes[path] else { return nil }
    return Array(bytes.dropFirst(offset).prefix(count))
  }

  func allows(_ access: FileAccess, at path: String) -> Bool {
    guard let entry = entry(at: path) else { return false }
    if user.number == 0 { return true }
    let wanted = access == .write ? 0o3 : 0o6
    let shift = user.number == entry.owner ? 6 : user.groups.contains(entry.group) ? 3 : 0
    return entry.permissions >> shift & wanted == wanted
  }

  func freeSpace(at path: String) -> Int? { space }
}
