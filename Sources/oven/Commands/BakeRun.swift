import Baking
import Foundation
import OpenVINO

/// A bake as the program does it: the hub where the source is there, the calibration, the verification, Ctrl-C.
struct BakeRun {
  /// A model of the hub as the source.
  struct Remote {
    let model: String
    let hub: HubOptions
    /// Never store the weights.
    var streams = false
  }

  var options: BakeOptions
  /// Decides whether four-bit weights are calibrated.
  let calibration: BakeCalibration
  var remote: Remote?
  /// Compare the result's predictions with those of the weights before; with a limit, refuse what is further off.
  var verifies = false
  var maxKl: Double?

  /// Bakes, and shows it.
  func run(_ screen: BakeScreen) async throws -> BakeReport {
    var options = options
    try calibration.apply(to: &options)
    try Bake(options).checkDestination()
    let core = verifies || maxKl != nil ? try Core() : nil
    if let remote {
      try await HubSource(model: remote.model, hub: remote.hub, streams: remote.streams, screen: screen)
        .open(into: &options)
    }
    let interruption = InterruptionFlag()
    let weights = options.remoteWeights
    interruption.whenRaised { weights?.cancel() }
    let verification = core.map { core in
      BakeVerification(
        core, options, limit: maxKl, screen: screen, isCancelled: { interruption.isRaised })
    }
    let report = try Bake(options).run(
      events: { screen.show($0) }, isCancelled: { interruption.isRaised },
      inspect: { [isStrict = options.isStrictAboutTokenizer] folder, report in
        try TokenizerIRInspection(isStrict: isStrict).inspect(folder, &report, screen)
        try verification?.inspect(folder, &report)
      })
    screen.finish()
    return report
  }
}
