import Files
import Generation
import JSON
import OpenVINO
import Tokenization

/// Catches a device that computes garbage without an error: its answer to a short prompt is compared with that of
/// the CPU plugin, once for each entry of the cache.
///
/// The CPU answers greedily. The device is then given the same tokens, one after the other, and agrees on a step
/// if the CPU's token is among its `rank` most likely ones: half precision and quantised sums may change an order,
/// but not by much.
package struct Canary: Sendable {
  /// The tokens of a short text in the model's language.
  package var prompt: [Int]
  /// How many tokens the CPU's answer has.
  package var steps = 8
  /// How far down the CPU's token may be in the device's order.
  package var rank = 5
  /// The part of the steps that must agree.
  package var tolerance = 0.75

  /// Makes a canary.
  ///
  /// - Parameter prompt: The tokens of a short text; at least one.
  package init(prompt: [Int]) {
    self.prompt = prompt
  }

  /// A canary with a text that any model knows how to go on with.
  package init(_ tokenizer: Tokenizer) {
    self.init(prompt: tokenizer.encode("The capital of France is", addSpecialTokens: true))
  }

  /// What came of it.
  package enum Outcome: Sendable, Hashable, Codable {
    /// The CPU is the measure itself.
    case notNeeded
    /// This compiled model has passed before.
    case passedBefore
    /// The part of the steps that agreed.
    case passed(agreement: Double)
  }

  /// Checks a device, unless it has passed with this compiled model before.
  ///
  /// - Parameters:
  ///   - engine: The engine on the device; its cache is empty afterwards.
  ///   - loader: Loads the model on the CPU if its answer is not known yet.
  /// - Throws: `.deviceDisagrees`, naming the driver; what loading and running throw.
  package func check(_ engine: any ModelEngine, loader: ModelLoader) throws -> Outcome {
    let device = engine.report.device
    guard device.device != "CPU", !prompt.isEmpty else { return .notNeeded }
    // Of two graphs both must be those that passed.
    let records = engine.entryFolders.map { Record(folder: $0, prompt: prompt) }
    if !records.isEmpty, records.allSatisfy({ $0?.hasPassed == true }) { return .passedBefore }
    let expected = try records.lazy.compactMap { $0?.tokens }.first ?? answerOfCPU(engine.folder, loader)
    let agreement = try agreement(of: engine, with: expected)
    let passed = agreement >= tolerance
    for folder in engine.entryFolders {
      Record(prompt: prompt, tokens: expected, hasPassed: passed).write(to: folder)
    }
    guard passed else {
      throw SupervisorError(
        .deviceDisagrees,
        "\(device.device) (\(device.name), driver \(device.driver.isEmpty ? "unknown" : device.driver)) computes "
          + "something else than the CPU: only \(Int(agreement * 100)) % of the tokens of a test agree",
        advice: """
          Update the driver, try another \(setting: .bakedFormat) or \(setting: .device) CPU, or skip this with \
          \(setting: .noCanary).
          """
      )
    }
    return .passed(agreement: agreement)
  }

  private func answerOfCPU(_ model: ModelFolder, _ loader: ModelLoader) throws -> [Int] {
    var request = ModelLoader.Request(model: model)
    request.device = "CPU"
    let loaded = try ModelLoader(core: loader.core, cache: loader.cache).load(request)
    let engine = try StatefulEngine(
      loaded, options: EngineOptions(contextLength: prompt.count + steps))
    try engine.append(prompt[...])
    var answer: [Int] = []
    while answer.count < steps {
      answer.append(
        try engine.withLogits { $0.indices.max { [logits = $0] in logits[$0] < logits[$1] } ?? 0 })
      if answer.count < steps { try engine.append(answer.suffix(1)) }
    }
    return answer
  }

  private func agreement(of engine: any ModelEngine, with expected: [Int]) throws -> Double {
    try engine.reset()
    try engine.append(prompt[...], shouldContinue: { true })
    var agreed = 0
    for (step, token) in expected.enumerated() {
      if try engine.withLogits({ isLikely(token, in: UnsafeBufferPointer($0)) }) { agreed += 1 }
      if step + 1 < expected.count { try engine.append([token], shouldContinue: { true }) }
    }
    try engine.reset()
    return Double(agreed) / Double(max(1, expected.count))
  }

  private func isLikely(_ token: Int, in logits: UnsafeBufferPointer<Float>) -> Bool {
    guard logits.indices.contains(token), logits[token].isFinite else { return false }
    let better = logits.reduce(0) { $0 + ($1 > logits[token] || $1.isNaN ? 1 : 0) }
    // All logits equal: nothing was computed.
    let isFlat = logits.allSatisfy { $0 == logits[token] }
    return better < rank && !isFlat
  }
}

/// The CPU's answer and whether the device agreed, beside the cache entry.
private struct Record {
  var prompt: [Int]
  var tokens: [Int]
  var hasPassed: Bool

  init(prompt: [Int], tokens: [Int], hasPassed: Bool) {
    self.prompt = prompt
    self.tokens = tokens
    self.hasPassed = hasPassed
  }

  /// Reads the record of a prompt; `nil` where there is none.
  init?(folder: String, prompt: [Int]) {
    guard let bytes = SmallFile.bytes(at: folder + "/canary.json", limit: 1 << 16),
      let json = try? JSON(parsing: bytes), let tokens = json["tokens"]?.array?.compactMap(\.int),
      json["prompt"]?.array?.compactMap(\.int) == prompt, let hasPassed = json["passed"]?.bool
    else { return nil }
    self.init(prompt: prompt, tokens: tokens, hasPassed: hasPassed)
  }

  /// Keeps the record; a cache that became unwritable only means that the canary runs again.
  func write(to folder: String) {
    let json: JSON = [
      "prompt": .array(prompt.map(JSON.int)), "tokens": .array(tokens.map(JSON.int)),
      "passed": .bool(hasPassed),
    ]
    try? SmallFile.replace(folder + "/canary.json", with: Array(json.serialized(.pretty).utf8))
  }
}
