import Baking
import Errors
import Files
import Foundation
import Graph
import JSON
import OpenVINO
import Quantization
import Tensors

/// Runs a model layer by layer on a text, and rounds each layer's matrices by what their inputs are.
///
/// Every layer sees what the unquantised ones before it computed, so that each depends on the source alone: a stopped
/// bake goes on after its last layer.
package struct Calibrator: WeightCalibrator {
  /// Where the text comes from.
  package enum Text: Sendable, Hashable {
    /// The model writes it.
    case selfWritten
    /// A file: plain text, or a text a line as JSON.
    case file(URL)
  }

  /// Its settings.
  package struct Options: Sendable {
    package var text: Text
    package var stages: CalibrationStages
    /// Windows of `windowLength` tokens that are read at most; nil for as many as suit the model.
    package var windowCount: Int?
    package var windowLength = 256
    package var device = "CPU"
    /// Seconds above which, by estimate, nothing is calibrated; nil for no limit.
    package var budget: Double?
    package var seed: UInt64 = 1
    /// Threads; nil for all processors. The result does not depend on it.
    package var workerCount: Int?

    /// How many windows are read of a model of so many parameters: a small one loses less by a longer text (SmolLM2, whole
    /// rows: divergence 0.198 with 64 windows, 0.213 with 32), and a large one has not the time.
    func windows(for parameterCount: Int) -> Int {
      windowCount ?? (parameterCount < 500_000_000 ? 64 : 32)
    }

    /// The usual settings with a text of this kind.
    package init(text: Text, stages: CalibrationStages = CalibrationStages()) {
      self.text = text
      self.stages = stages
    }
  }

  private let core: Core
  private let options: Options

  /// Windows that are computed at once by one thread, and numbers of a layer's widest value that they may have.
  private static let batchSize = 4
  private static let widestBatch = 1 << 22

  package init(core: Core, options: Options) {
    self.core = core
    self.options = options
  }

  package var settings: [(name: String, value: String)] {
    let text =
      switch options.text {
      case .selfWritten: "self, seed \(options.seed)"
      case .file(let url): url.path
      }
    return [
      ("calibrate", text), ("calibration_stages", options.stages.names.joined(separator: "+")),
      (
        "calibration_windows",
        "\(options.windowCount.map(String.init) ?? "auto") of \(options.windowLength)"
      ),
    ]
  }

  package func calibrate(
    _ model: CalibrationSubject, events: @escaping BakeEventHandler,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws -> CalibratedWeights {
    do {
      return try run(model, events, isCancelled)
    } catch let error as BakeError where options.budget == nil || error.code == .cancelled {
      throw error
    } catch let error as CalibrationError where error.code == .cancelled {
      throw BakeError.interrupted
    } catch {
      // What nobody asked for by name must not keep a model from being baked.
      if options.budget != nil {
        var result = CalibratedWeights(report: ["skipped": .string("\(error)")])
        result.notes = [
          "four-bit weights are rounded to nearest: the model could not be calibrated, \(error)"
        ]
        return result
      }
      throw BakeError(
        .badData, "the model could not be calibrated", why: "\(error)",
        advice:
          "give another text with \(setting: .calibrate) FILE, or round to nearest with \(setting: .calibrate) none"
      )
    }
  }

  private func run(
    _ model: CalibrationSubject, _ events: @escaping BakeEventHandler,
    _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> CalibratedWeights {
    let estimate = CalibrationEstimate(model, options, workers: workerCount)
    if let budget = options.budget, estimate.seconds > budget {
      var result = CalibratedWeights(report: ["skipped": "estimated time"])
      let skipped: Wording =
        """
        four-bit weights are rounded to nearest: a calibration would take about \(estimate.text); \
        \(setting: .calibrate) self makes it
        """
      result.notes = [skipped.text(model.options.settingName)]
      return result
    }
    events(.stage(estimate.sentence.text(model.options.settingName)))
    let segments = GraphSegments(model.graph)
    let sites = LinearSites(model.graph)
    let work = CalibrationWork(
      folder: model.workFolder, fingerprint: model.fingerprint, resumes: model.resumes)
    let calibrator = LayerCalibrator(
      quantized: model.quantized, stages: options.stages, sites: sites,
      pairs: ChannelPairs.find(in: model.graph, sites: sites))
    let count = segments.layers.count
    let (finished, kept) = try work.finished(count) { calibrator.format(of: $0) }
    var layers = finished
    var text: CalibrationText?
    if layers.count < count {
      var batches: [TextBatch]
      if let kept {
        batches = kept
        events(.note("resumed: \(layers.count) of \(count) layers were calibrated already"))
      } else {
        let read = try self.text(model, work, events, isCancelled)
        text = read
        batches = TextBatch.batches(of: read.windows, size: batchSize(sites))
      }
      let begin = ContinuousClock.now
      let first = layers.count
      for index in first..<count {
        // What a layer takes, the next one takes again, in other pieces.
        HostResources.releaseFreeMemory()
        layers.append(try layer(index, segments, calibrator, work, &batches, isCancelled))
        let seconds = (ContinuousClock.now - begin) / .seconds(1)
        let left = seconds / Double(index + 1 - first) * Double(count - index - 1)
        events(.calibrationProgress(layers: index + 1, of: count, secondsLeft: left))
      }
      events(.calibrationEnd)
    }
    return try CalibrationOutcome(layers: layers, model: model, options: options, text: text).weights
  }

  private var workerCount: Int { options.workerCount ?? HostResources.processorCount }

  /// The text, which a stopped bake may have kept.
  private func text(
    _ model: CalibrationSubject, _ work: CalibrationWork, _ events: @escaping BakeEventHandler,
    _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> CalibrationText {
    if let windows = work.windows {
      events(.note("resumed: the text was there already"))
      return CalibrationText(windows: windows)
    }
    let text = try CalibrationText.make(
      options, model, core, workers: workerCount, events: events, isCancelled: isCancelled)
    try work.keep(text.windows)
    return text
  }

  /// Windows that one thread computes at once: fewer of them where a layer is wide.
  private func batchSize(_ sites: LinearSites) -> Int {
    let widest = sites.sites.map(\.columns).max() ?? 1
    return max(1, min(Self.batchSize, Self.widestBatch / max(widest * options.windowLength, 1)))
  }

  private func layer(
    _ index: Int, _ segments: GraphSegments, _ calibrator: LayerCalibrator, _ work: CalibrationWork,
    _ batches: inout [TextBatch], _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> LayerFile {
    let all = calibrator.sites
    let layer = segments.layers[index]
    let runner = SegmentRunner(
      core: core, device: options.device, folder: work.folder, workerCount: workerCount,
      isCancelled: isCancelled)
    var seen: [Int: [InputStatistics]] = [:]
    for segment in layer.segments {
      let requests = segments.sites(in: segment, of: all).filter { site in
        all.sites[site].products.contains { calibrator.format(of: $0.weight.name) != nil }
      }.map { SegmentRunner.SiteRequest($0, all.sites[$0]) }
      let piece = try segments.piece(segment, measuring: requests, of: all)
      let isLast = segment == layer.segments.upperBound - 1
      let result = try runner.run(
        piece, sites: requests, keeping: segments.crossingNames(after: segment), batches: &batches,
        into: isLast ? work.batchFile(after: index) : work.batchFile(in: index, part: segment))
      seen.merge(result.statistics) { first, _ in first }
    }
    // A fold reaches only into its own layer: the ones before are written already.
    let inside = LayerCalibrator(
      quantized: calibrator.quantized, stages: calibrator.stages, sites: all,
      pairs: calibrator.pairs.filter { pair in
        seen[pair.site] != nil
          && pair.sourceNames.allSatisfy { GraphSegments.layer(of: $0) == layer.number }
      })
    let folds = try inside.folds(seen, WeightReader())
    var file = try work.layerFile(index, folds: folds)
    try inside.round(seen, folds: folds, into: &file, isCancelled: isCancelled)
    try file.finish(fingerprint: work.fingerprint)
    try work.keep(batches, after: index)
    return file
  }
}

extension ChannelPairs.Pair {
  /// The weights that absorb the factors.
  var sourceNames: [String] { source.vectors.map(\.name) + (source.matrix.map { [$0.weight.name] } ?? []) }
}
