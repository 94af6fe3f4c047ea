import Generation

/// An engine on a model of a folder, on a device of this machine.
package protocol ModelEngine: TextGenerationEngine {
  /// The model's files.
  var folder: ModelFolder { get }
  /// How it was loaded.
  var report: LoadReport { get }
  /// Where its compiled graphs are in the cache; fewer than it has, or none, where they are not kept.
  var entryFolders: [String] { get }
  /// The tokens of the longest prompt that an empty cache takes.
  var longestPrompt: Int { get }

  /// The tokens of a prompt that are computed at once at most; a longer one is computed in pieces.
  var promptPieceLength: Int { get }

  /// Empties the cache.
  func reset() throws(SupervisorError)

  /// Runs a prompt and a step once and forgets them: plugins repack weights and allocate in their first runs.
  func warmUp() throws(SupervisorError)
}
