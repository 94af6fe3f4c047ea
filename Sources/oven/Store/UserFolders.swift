import Foundation

/// The user's own folders, as the XDG Base Directory Specification has them. It wants relative paths to be ignored.
package struct UserFolders: Sendable {
  private let environment: [String: String]

  /// Those of these environment variables.
  package init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.environment = environment
  }

  /// Nil where HOME is not set.
  package var home: String? { absolute("HOME") }
  /// For what is worth keeping: models.
  package var data: String? { absolute("XDG_DATA_HOME") ?? home.map { $0 + "/.local/share" } }
  /// For what can be made again: compiled models.
  package var cache: String? { absolute("XDG_CACHE_HOME") ?? home.map { $0 + "/.cache" } }
  /// For what a run leaves to the next one: the history.
  package var state: String? { absolute("XDG_STATE_HOME") ?? home.map { $0 + "/.local/state" } }

  /// The value of a variable that is set and not empty.
  package func variable(_ name: String) -> String? {
    environment[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// A path with `~` at its beginning replaced, as shells do it where it is not quoted.
  package func expanded(_ path: String) -> String {
    guard let home, path == "~" || path.hasPrefix("~/") else { return path }
    return home + path.dropFirst()
  }

  private func absolute(_ name: String) -> String? {
    variable(name).flatMap { $0.hasPrefix("/") ? $0 : nil }
  }
}
