import Generation

/// What all answers of a chat took together.
package struct ChatTotals: Equatable {
  package private(set) var answers = 0
  private(set) var promptTokens = 0
  private(set) var reusedTokens = 0
  private(set) var generatedTokens = 0
  private(set) var seconds = 0.0
  /// On an NPU whose driver counts it.
  private(set) var npuBusySeconds: Double?
  private var stepSeconds = 0.0
  private var steps = 0

  /// Nothing yet.
  package init() {}

  /// Adds an answer.
  package mutating func add(_ metrics: GenerationMetrics) {
    answers += 1
    promptTokens += metrics.promptTokens
    reusedTokens += metrics.reusedTokens
    generatedTokens += metrics.generatedTokens
    seconds += metrics.totalTime
    stepSeconds += metrics.tokenTimes.reduce(0, +)
    steps += metrics.tokenTimes.count
    if let busy = metrics.npuBusyTime { npuBusySeconds = (npuBusySeconds ?? 0) + busy }
  }

  /// The totals in one line.
  package func line(peakMemory: Int) -> String {
    let rate = stepSeconds > 0 ? Double(steps) / stepSeconds : 0
    return "\(answers == 1 ? "1 answer" : "\(answers) answers"), prompts \(promptTokens) tokens "
      + "(\(reusedTokens) reused), generated \(generatedTokens) in \(Units.time(seconds)), "
      + "\(Units.decimals(rate, 1)) tokens/s"
      + (npuBusySeconds.map { ", NPU busy for \(Units.time($0))" } ?? "")
      + ", peak memory \(Units.bytes(peakMemory))"
  }
}
