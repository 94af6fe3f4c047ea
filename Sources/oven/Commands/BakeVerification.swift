import Baking
import Files
import Foundation
import OpenVINO
import Supervisor
import Tokenization

/// `oven bake --verify`: compiles the result on the CPU and compares its predictions on a built-in text with those of
/// the unquantised weights, before the folder takes its name.
struct BakeVerification {
  private let judge: QualityJudge
  private let options: BakeOptions
  private let limit: Double?
  private let screen: BakeScreen
  private let isCancelled: @Sendable () -> Bool

  /// Where the unquantised weights lie meanwhile: within the staging folder, so that a bake that is killed leaves
  /// nothing that the next one does not remove.
  private static let referenceName = "unquantised"

  /// - Parameters:
  ///   - core: OpenVINO, found before anything is baked.
  ///   - options: the bake that is verified.
  ///   - limit: the mean divergence in nats above which the result is refused; nil for none.
  init(
    _ core: Core, _ options: BakeOptions, limit: Double?, screen: BakeScreen,
    isCancelled: @escaping @Sendable () -> Bool
  ) {
    judge = QualityJudge(core: core)
    self.options = options
    self.limit = limit
    self.screen = screen
    self.isCancelled = isCancelled
  }

  /// Verifies the folder, and notes what was found in the report.
  /// - Throws: a `BakeError` where the result differs by more than the limit, or computes nothing sensible.
  func inspect(_ folder: URL, _ report: inout BakeReport) throws {
    let begin = ContinuousClock.now
    let baked = try judge.engine(folder)
    let tokens = try judge.tokens(for: baked.model.folder, report.parameterCount)
    var figures: VerificationFigures
    if let obstacle = obstacle(to: report, at: folder) {
      guard limit == nil else {
        throw BakeError(
          .io, "--max-kl cannot be checked", why: obstacle,
          mend: "verify on a larger machine, or leave --max-kl out")
      }
      let perplexity = try Perplexity(of: tokens, window: judge.window(of: baked), on: baked) {
        try progressed($0, tokens)
      }
      figures = VerificationFigures(perplexity: perplexity, obstacle: obstacle, tensors: report.tensors)
    } else {
      let divergence = try compare(baked, tokens, folder)
      figures = VerificationFigures(divergence, tensors: report.tensors)
    }
    screen.finish()
    figures.seconds = (ContinuousClock.now - begin) / .seconds(1)
    try figures.check(limit)
    figures.window = judge.window(of: baked)
    report.verification = figures.json
    screen.line(figures.sentence)
  }

  private func compare(_ baked: StatefulEngine, _ tokens: [Int], _ folder: URL) throws -> Divergence {
    let place = folder.appending(path: Self.referenceName)
    defer { try? FileManager.default.removeItem(at: place) }
    let reference = QualityJudge.reference(of: options, at: place)
    // Its notes would be about another recipe than the user's.
    let progress: BakeEventHandler = { [screen] event in
      if case .note = event { return }
      screen.show(event)
    }
    _ = try Bake(reference).run(events: progress, isCancelled: isCancelled)
    let right = try judge.engine(place)
    return try Divergence(of: tokens, window: judge.window(of: baked), on: baked, from: right) {
      try progressed($0, tokens)
    }
  }

  private func progressed(_ done: Int, _ tokens: [Int]) throws {
    guard !isCancelled() else { throw BakeError.interrupted }
    screen.verified(done, of: tokens.count)
  }

  /// What keeps the unquantised weights from being run here; nil for nothing.
  private func obstacle(to report: BakeReport, at folder: URL) -> String? {
    let weights = report.parameterCount * 4
    // The runtime maps the files, and keeps its own arrangement of the matrices beside them.
    let memory = 2 * (weights + report.bakedByteCount) + 300_000_000
    if let available = HostResources.availableMemory, available < memory {
      return
        "the unquantised model takes \(Units.bytes(memory)) of memory, \(Units.bytes(available)) are free"
    }
    if let free = Folders.freeSpace(folder.path), free < weights + weights / 50 {
      return "the unquantised weights take \(Units.bytes(weights)) of disk, \(Units.bytes(free)) are free"
    }
    return nil
  }
}
