/// The machine that is looked at.
package struct Machine: Sendable {
  /// Whose process it is.
  package struct User: Sendable, Hashable {
    /// The user's number; 0 may do everything.
    package var number: Int
    /// The numbers of the groups that the process is in.
    package var groups: Set<Int>

    /// Names a user.
    package init(number: Int, groups: Set<Int>) {
      self.number = number
      self.groups = groups
    }
  }

  /// Its files.
  package var files: any FileTree
  /// The user of this process.
  package var user: User
  /// The environment.
  package var variables: [String: String]
  /// The folder of this process, for paths that are not absolute.
  package var currentFolder: String

  /// Describes a machine.
  package init(files: any FileTree, user: User, variables: [String: String], currentFolder: String) {
    self.files = files
    self.user = user
    self.variables = variables
    self.currentFolder = currentFolder
  }

  /// `path` from the root, a leading `~` and relative paths resolved.
  func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    if path.hasPrefix("~/"), let home = variables["HOME"] { return home + path.dropFirst(1) }
    let relative = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
    return currentFolder == "/" ? "/" + relative : "\(currentFolder)/\(relative)"
  }

  /// The name of a group, or its number.
  func groupName(_ number: Int) -> String {
    database("/etc/group").first { $0.count > 2 && $0[2] == "\(number)" }?[0] ?? "group \(number)"
  }

  /// The name of a user, or the number.
  func userName(_ number: Int) -> String {
    database("/etc/passwd").first { $0.count > 2 && $0[2] == "\(number)" }?[0] ?? "user \(number)"
  }

  /// Whether the user was put into the group since the log-in: the files say so, the process does not have it.
  func isMemberAfterLogin(_ group: Int) -> Bool {
    guard let row = database("/etc/group").first(where: { $0.count > 3 && $0[2] == "\(group)" }) else {
      return false
    }
    return row[3].split(separator: ",").contains { $0 == userName(user.number) }
  }

  /// Whether the process runs in a container, where devices have to be passed in.
  var isContainer: Bool {
    if files.exists("/.dockerenv") || files.exists("/run/.containerenv") { return true }
    return variables["container"].map { !$0.isEmpty } ?? false
  }

  /// Whether Linux runs inside of Windows.
  var isWSL: Bool { kernelRelease.lowercased().contains("microsoft") }

  /// As `uname -r` tells it.
  var kernelRelease: String { files.text("/proc/sys/kernel/osrelease") ?? "" }

  /// Major and minor number of the kernel.
  var kernelVersion: (major: Int, minor: Int)? {
    let parts = kernelRelease.split(whereSeparator: { !$0.isNumber }).prefix(2).compactMap { Int($0) }
    return parts.count == 2 ? (parts[0], parts[1]) : nil
  }

  /// Whether packages are installed with apt.
  var usesAPT: Bool { files.exists("/etc/debian_version") || files.exists("/usr/bin/apt-get") }

  private func database(_ path: String) -> [[String]] {
    (files.text(path, limit: 1 << 20) ?? "").split(separator: "\n").map { line in
      line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    }
  }
}
