import Generation
import OpenVINO

/// Finds the settings with which a device computes a model fastest, by trying them in turn.
///
/// The best so far and one more setting are loaded side by side and answer in turn, so that a machine whose speed drifts
/// is unfair to neither. What is faster beyond doubt, and predicts as exactly, becomes the best.
package struct Tuner {
  /// How much is measured.
  package struct Effort: Sendable {
    /// The tokens of a prompt, and of an answer.
    package var promptTokens = 256, answerTokens = 32
    /// How often both answer; three times as often where the new one seems faster.
    package var pairs = 5
    /// The tokens of the text on which predictions are compared.
    package var textTokens = 384
    /// How many nats predictions may be further from the exact ones than the plugin's usual ones are.
    package var tolerance = 0.01
    /// After how long nothing more is tried: large models take minutes a setting.
    package var longest = Duration.seconds(30 * 60)

    /// The defaults.
    package init() {}
  }

  /// Less is no gain that is worth another compilation.
  private static let leastGain = 1.02
  /// More than ten things are tried: of what is kept, little should be so by chance.
  private static let mostChance = 0.02

  private let loader: ModelLoader
  private let request: ModelLoader.Request
  private let effort: Effort
  private let prompt: [Int]
  private let text: [Int]

  /// A tuner of one model on one device.
  ///
  /// - Parameters:
  ///   - request: The model and the device, by its name; what it says of properties stays as it is.
  ///   - tokens: A text in the model's language.
  package init(_ loader: ModelLoader, _ request: ModelLoader.Request, tokens: [Int], effort: Effort = .init())
  {
    // What is only tried is not kept.
    self.loader = ModelLoader(core: loader.core, cache: nil)
    self.request = request
    self.effort = effort
    prompt = (0..<effort.promptTokens).map { tokens[$0 % tokens.count] }
    text = Array(tokens.prefix(effort.textTokens))
  }

  /// Tries everything.
  ///
  /// - Parameter onTrial: Told what came of each setting; what it throws ends the search.
  package func tune(
    _ candidates: TuningCandidates, onTrial: (TuningRecord.Trial) throws -> Void
  ) throws -> (settings: TunedSettings, trials: [TuningRecord.Trial]) {
    let end = ContinuousClock.now + effort.longest
    let exact = try exactPredictions()
    var best = TunedSettings()
    var bestProbe = try probe(best)
    var usual = TuningRecord.Trial(setting: "as usual", verdict: .usual)
    usual.divergence = TuningProbe.divergence(of: try bestProbe.predictions(text), from: exact)
    let rates = try (0..<effort.pairs).map { _ in try bestProbe.run() }
    (usual.prefill, usual.decode) = (Self.median(rates.map(\.prefill)), Self.median(rates.map(\.decode)))
    var trials = [usual]
    try onTrial(usual)
    // What follows is found with them.
    if bestProbe.kernels == .oven { best.kernels = .oven }
    let limit = usual.divergence + effort.tolerance
    for choice in candidates.choices {
      var winner: (settings: TunedSettings, index: Int, gain: Double)?
      for alternative in choice.alternatives
      where !isGiven(alternative) && !alternative.isIdle(with: bestProbe.kernels) {
        guard ContinuousClock.now < end else {
          trials.append(.init(setting: Self.name(alternative), verdict: .notTried))
          try onTrial(trials[trials.count - 1])
          continue
        }
        let settings = best.adding(alternative)
        let (trial, gain) = try compare(settings, with: bestProbe, alternative, exact, limit)
        trials.append(trial)
        if trial.verdict == .kept, gain > winner?.gain ?? 0 {
          if let winner { trials[winner.index].verdict = .noGain }
          winner = (settings, trials.count - 1, gain)
        } else if trial.verdict == .kept {
          trials[trials.count - 1].verdict = .noGain
        }
        try onTrial(trials[trials.count - 1])
      }
      if let winner {
        best = winner.settings
        bestProbe = try probe(best)
      }
    }
    return (best, trials)
  }

  private static func name(_ settings: TunedSettings) -> String { settings.words.joined(separator: " ") }

  /// What the user says is not tried.
  private func isGiven(_ settings: TunedSettings) -> Bool {
    settings.properties.keys.contains { request.properties[$0] != nil }
      || settings.engine != nil && request.engine != .auto
      || settings.fewTokensPrecision != nil && request.properties[.inferencePrecision] != nil
  }

  private func probe(_ settings: TunedSettings) throws -> TuningProbe {
    try TuningProbe(
      try loader.makeEngine(request.tuned(settings)), tokens: prompt, generated: effort.answerTokens)
  }

  /// Predictions without rounding, where the device has such a mode.
  private func exactPredictions() throws -> [[Float]] {
    var exact = request
    exact.device = "CPU"
    (exact.precision, exact.engine, exact.tuned) = (.f32, .auto, TunedSettings())
    let engine = try loader.makeEngine(exact)
    return try TuningProbe(engine, tokens: Array(prompt.prefix(8)), generated: 1).predictions(text)
  }

  /// A setting against the best so far, and by how much it is faster in all.
  private func compare(
    _ settings: TunedSettings, with best: TuningProbe, _ added: TunedSettings, _ exact: [[Float]],
    _ limit: Double
  ) throws -> (TuningRecord.Trial, gain: Double) {
    var trial = TuningRecord.Trial(setting: Self.name(added), verdict: .noGain)
    let candidate: TuningProbe
    do {
      candidate = try probe(settings)
    } catch let error as SupervisorError {
      trial.verdict = .refused
      trial.reason = error.message
      return (trial, 0)
    }
    trial.divergence = TuningProbe.divergence(of: try candidate.predictions(text), from: exact)
    var pairs = try run(candidate, best, effort.pairs)
    // What seems faster is looked at longer: a machine that does something else meanwhile makes much look so.
    if Self.median(pairs.map(\.gain)) >= Self.leastGain {
      pairs += try run(candidate, best, 2 * effort.pairs)
    }
    trial.prefill = Self.median(pairs.map(\.new.prefill))
    trial.decode = Self.median(pairs.map(\.new.decode))
    trial.prefillRatio = Self.median(pairs.map { $0.new.prefill / $0.old.prefill })
    trial.decodeRatio = Self.median(pairs.map { $0.new.decode / $0.old.decode })
    let gain = Self.median(pairs.map(\.gain))
    guard gain >= Self.leastGain,
      Self.chance(of: pairs.count { $0.gain > 1 }, in: pairs.count) < Self.mostChance
    else { return (trial, gain) }
    trial.verdict = trial.divergence <= limit ? .kept : .inexact
    return (trial, gain)
  }

  /// What two settings took, one right after the other.
  private struct Pair {
    var old: TuningProbe.Rates
    var new: TuningProbe.Rates
    /// How much faster the new one is, prompts and answers taken together.
    var gain: Double { ((new.prefill / old.prefill) * (new.decode / old.decode)).squareRoot() }
  }

  private func run(_ candidate: TuningProbe, _ best: TuningProbe, _ count: Int) throws -> [Pair] {
    try (0..<count).map { pair in
      // Which one begins changes, too.
      if pair % 2 == 0 {
        let old = try best.run()
        return Pair(old: old, new: try candidate.run())
      }
      let new = try candidate.run()
      return Pair(old: try best.run(), new: new)
    }
  }

  /// The probability that at least so many of the pairs are won by chance.
  private static func chance(of wins: Int, in count: Int) -> Double {
    var ways = 1.0
    var sum = 0.0
    for lost in 0...max(0, count - wins) {
      sum += ways
      ways *= Double(count - lost) / Double(lost + 1)
    }
    return sum / Double(1 << min(count, 62))
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

extension TunedSettings {
  /// Whether they change nothing where `kernels` compute the products: that they do, or how the plugin would.
  fileprivate func isIdle(with kernels: CPUKernels) -> Bool {
    if let own = self.kernels { return own == kernels }
    guard kernels == .oven else { return false }
    return mergesProjections || fewTokensPrecision != nil
      || properties["DYNAMIC_QUANTIZATION_GROUP_SIZE"] != nil || properties["INFERENCE_PRECISION_HINT"] != nil
  }
}
