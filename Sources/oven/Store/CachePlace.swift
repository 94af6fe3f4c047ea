import Files

/// Where compiled models are kept.
package struct CachePlace: Equatable, Sendable {
  /// The folder.
  package let folder: String
  /// Whether the user named it: then it may be another's, or one that a group shares.
  package let isNamed: Bool

  /// `--cache-dir`; without it CACHE_DIR; without that `./model_cache`, where it or `./models` exists, which is how the
  /// guide lays a folder out; otherwise the user's own cache, so that no working folder compiles again what another
  /// has. An empty name is none.
  package init(
    option: String?, folders: UserFolders = UserFolders(),
    exists: (String) -> Bool = { FileStatus(at: $0) != nil }
  ) {
    let named = option.flatMap { $0.isEmpty ? nil : $0 } ?? folders.variable("CACHE_DIR")
    isNamed = named != nil
    if let named {
      folder = folders.expanded(named)
    } else if let cache = folders.cache, !exists("./model_cache"), !exists("./models") {
      folder = cache + "/oven/model_cache"
    } else {
      folder = "./model_cache"
    }
  }
}
