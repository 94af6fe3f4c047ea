/// How an engine runs; what the device is told is in the loader's request.
package struct EngineOptions: Sendable, Hashable {
  /// What can be done with the key-value cache.
  package enum Cache: Sendable, Hashable {
    /// It can be shortened and continued by any number of tokens. A prompt is computed in pieces of
    /// `pieceLength`: attention's intermediate sums grow with it, and between two pieces a run can be stopped.
    case editable(pieceLength: Int)
    /// It can only be emptied, filled by a prompt of `promptLength` tokens at most, and continued token by token.
    case appendOnly(promptLength: Int)
  }

  /// The tokens of a conversation at most.
  package var contextLength: Int
  /// What can be done with the key-value cache.
  package var cache: Cache

  /// After how many tokens a copy of recurrent states is kept, from which a conversation can go on.
  package var snapshotInterval = 128

  /// The length of a piece that is used where nothing else is asked for.
  package static let usualPieceLength = 1024

  /// Makes options.
  package init(contextLength: Int, cache: Cache = .editable(pieceLength: EngineOptions.usualPieceLength)) {
    self.contextLength = max(2, contextLength)
    self.cache = cache
  }

  /// The options that fit a loaded model.
  ///
  /// - Parameter contextLength: What the user asks for; the model's own, or `fallbackContext`, if `nil`.
  package init(for model: LoadedModel, contextLength: Int? = nil) {
    if let npu = model.npu {
      self.init(contextLength: npu.contextLength, cache: .appendOnly(promptLength: npu.roundedPromptLength))
    } else {
      self.init(contextLength: contextLength ?? model.folder.contextLength ?? Self.fallbackContext)
    }
  }

  /// The context of a model that does not say how long its own is.
  package static let fallbackContext = 8192

  /// The tokens of one run at most.
  var longestRun: Int {
    switch cache {
    case .editable(let pieceLength): max(1, pieceLength)
    case .appendOnly(let promptLength): max(1, promptLength)
    }
  }
}

/// How fast a device was lately, to choose between computing a prompt again and going on token by token.
struct DevicePace: Sendable {
  private var promptSecondsPerToken: Double?
  private var stepSeconds: Double?

  /// Takes note of a run.
  mutating func note(tokens: Int, isPrompt: Bool, seconds: Double) {
    if isPrompt, tokens > 1 { promptSecondsPerToken = seconds / Double(tokens) }
    if tokens == 1, !isPrompt { stepSeconds = seconds }
  }

  /// Whether a prompt of so many tokens is likely to take less time than so many steps.
  func prefersPrompt(of tokens: Int, overSteps steps: Int) -> Bool {
    guard let promptSecondsPerToken, let stepSeconds else { return steps > 8 }
    return promptSecondsPerToken * Double(tokens) < stepSeconds * Double(steps)
  }
}
