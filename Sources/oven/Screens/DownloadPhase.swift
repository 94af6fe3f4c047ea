import Synchronization

/// Whether a download is at the small files still, or at the weights.
final class DownloadPhase: Sendable {
  private let weights = Atomic<Bool>(false)

  /// Whether the weights are being downloaded.
  var isWeights: Bool { weights.load(ordering: .relaxed) }

  /// The small files are there, and the weights come now.
  func beginWeights() { weights.store(true, ordering: .relaxed) }
}
