import Baking
import Files
import Foundation
import OpenVINO
import Quantization
import Supervisor

/// The work of `oven sweep`: each scheme is baked, judged and timed, one after another.
struct SweepRun {
  let source: URL
  let folder: URL
  let target: QuantizationRecipe.Target
  /// Whether what an earlier sweep baked is baked again.
  let bakesAgain: Bool
  let calibration: CalibrationOptions
  let runtime: RuntimeOptions
  let promptTokens: Int
  let generateTokens: Int
  let repetitions: Int

  /// The unquantised bake that all are judged by; removed at the end.
  private static let referenceName = ".unquantised"

  func run(_ schemes: [SweepScheme]) async throws -> SweepReport {
    let judge = QualityJudge(core: try Core())
    // A source that cannot be baked leaves nothing behind.
    let isNew = FileStatus(at: folder.path) == nil
    defer { if isNew { Removal.emptyFolder(folder.path) } }
    let place = folder.appending(path: Self.referenceName)
    Removal.quietly(place.path)
    defer { Removal.quietly(place.path) }
    try Folders.make(folder.path)
    let screen = BakeScreen()
    defer { screen.finish() }
    screen.line("Baking the weights as they are, to judge by")
    _ = try Bake(QualityJudge.reference(of: options(place), at: place)).run()
    let right = try judge.engine(place)
    var report = SweepReport(model: source.lastPathComponent, device: runtime.device, rows: [])
    for scheme in schemes {
      let baked = folder.appending(path: scheme.name)
      try await bake(scheme, to: baked, screen)
      report.rows.append(try await measure(scheme, baked, judge, right))
      screen.finish()
    }
    return report
  }

  private func options(_ place: URL) -> BakeOptions {
    var options = BakeOptions(source: source, destination: place, recipe: RecipeRequest())
    options.settingName = { $0.option }
    return options
  }

  private func bake(_ scheme: SweepScheme, to place: URL, _ screen: BakeScreen) async throws {
    var options = options(place)
    options.recipe = scheme.request(for: target)
    options.replacesDestination = bakesAgain
    options.resumes = true
    let calibration = BakeCalibration(
      options: scheme.weightFormat.isFourBit ? calibration : try CalibrationOptions.parse([]),
      weights: options.recipe, isRemote: false)
    if !bakesAgain {
      var calibrated = options
      try calibration.apply(to: &calibrated)
      if try SweepFolder(url: place).has(calibrated) {
        return screen.line("\(scheme.name) is there already")
      }
    }
    screen.line("Baking \(scheme.name)")
    _ = try await BakeRun(options: options, calibration: calibration).run(screen)
  }

  private func measure(
    _ scheme: SweepScheme, _ baked: URL, _ judge: QualityJudge, _ right: StatefulEngine
  ) async throws -> SweepReport.Row {
    let size = FileStatus(at: baked.appending(path: "openvino_model.bin").path)?.size ?? 0
    let found = try divergence(of: baked, judge, right)
    let bench = BenchRun(
      folder: try ModelFolder(path: baked.path), runtime: runtime, promptTokens: promptTokens,
      generateTokens: generateTokens, repetitions: repetitions)
    let speed = try await bench.measure(ServiceOptions.parse([]))
    return SweepReport.Row(
      name: scheme.name, byteCount: size, divergence: found.mean, agreement: found.agreement,
      perplexity: found.perplexity.value, unquantisedPerplexity: found.referencePerplexity.value,
      prefill: speed.answers?.prefills.last?.tokensPerSecond, decode: speed.answers?.decode.tokensPerSecond)
  }

  /// In a function of its own, so that the judged engine is gone before another one is timed.
  private func divergence(of baked: URL, _ judge: QualityJudge, _ right: StatefulEngine) throws -> Divergence
  {
    let engine = try judge.engine(baked)
    let tokens = try judge.tokens(for: engine.model.folder, 0)
    return try Divergence(of: tokens, window: judge.window(of: engine), on: engine, from: right)
  }
}
