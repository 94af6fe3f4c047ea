import Generation
import OpenVINO

/// A model with certain settings, loaded to be measured.
final class TuningProbe {
  /// What a short run took.
  struct Rates {
    /// Tokens a second.
    var prefill: Double
    var decode: Double
  }

  /// What computes its products.
  var kernels: CPUKernels { engine.report.kernels }
  private let engine: any ModelEngine
  private let tokens: [Int]
  private let generated: Int

  /// Warms a model up.
  ///
  /// - Parameters:
  ///   - tokens: The prompt.
  ///   - generated: The tokens of an answer to it.
  init(_ engine: any ModelEngine, tokens: [Int], generated: Int) throws {
    self.engine = engine
    self.tokens = tokens
    self.generated = generated
    try engine.warmUp()
    _ = try run()
  }

  /// Computes a prompt and goes on token by token, with tokens of the text, so that all settings compute the same.
  func run() throws -> Rates {
    try engine.reset()
    let clock = ContinuousClock()
    let begin = clock.now
    try engine.append(tokens[...], shouldContinue: { true })
    let middle = clock.now
    for place in 0..<generated {
      try engine.append([tokens[place % tokens.count]], shouldContinue: { true })
    }
    let end = clock.now
    return Rates(
      prefill: Double(tokens.count) / max(1e-9, (middle - begin) / .seconds(1)),
      decode: Double(generated) / max(1e-9, (end - middle) / .seconds(1)))
  }

  /// What it predicts after every few tokens of a text, half of them read one by one, as they are in an answer.
  func predictions(_ text: [Int], every: Int = 8) throws -> [[Float]] {
    try engine.reset()
    var result: [[Float]] = []
    var rest = text[...]
    while rest.count >= every, engine.count + every <= engine.contextLength {
      if result.count % 2 == 0 {
        try engine.append(rest.prefix(every), shouldContinue: { true })
      } else {
        for token in rest.prefix(every) { try engine.append([token], shouldContinue: { true }) }
      }
      rest = rest.dropFirst(every)
      result.append(try engine.withLogits { Array($0) })
    }
    return result
  }

  /// The mean divergence of predictions from those that are right, in nats.
  static func divergence(of found: [[Float]], from right: [[Float]]) -> Double {
    var sum = 0.0
    var count = 0
    for pair in zip(found, right) {
      var (found, right) = pair
      guard found.count == right.count, !found.isEmpty else { continue }
      sum += found.withUnsafeMutableBufferPointer { found in
        right.withUnsafeMutableBufferPointer { LogProbabilities($0).divergence(of: LogProbabilities(found)) }
      }
      count += 1
    }
    return count > 0 ? sum / Double(count) : .nan
  }
}
