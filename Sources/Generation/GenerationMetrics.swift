/// What an answer took. Times are in seconds.
package struct GenerationMetrics: Sendable, Equatable {
  /// The device that computed.
  package var device = ""
  /// Tokens of the prompt.
  package var promptTokens = 0
  /// Tokens of the prompt that were still in the cache.
  package var reusedTokens = 0
  /// Tokens generated, an end token included.
  package var generatedTokens = 0
  /// From the call to the first token.
  package var timeToFirstToken = 0.0
  /// From token to token, beginning with the second; those that came together share their time.
  package var tokenTimes: [Double] = []
  /// From the call to the end.
  package var totalTime = 0.0
  /// Spent inside the device.
  package var deviceTime = 0.0

  /// How long the NPU was busy, as its driver counts it; nil where none counts.
  package var npuBusyTime: Double?

  /// Nothing yet.
  package init() {}

  /// Takes note of tokens that came together.
  ///
  /// - Parameters:
  ///   - seconds: Since the call, for the first ones; since those before them otherwise.
  package mutating func note(tokens: Int, after seconds: Double) {
    guard tokens > 0 else { return }
    var count = tokens
    if generatedTokens == 0 {
      timeToFirstToken = seconds
      // Those that came with the first one took no time of their own.
      tokenTimes += repeatElement(0, count: tokens - 1)
      count = 0
    }
    generatedTokens += tokens
    tokenTimes += repeatElement(seconds / Double(tokens), count: count)
  }

  /// Tokens a second after the first one; 0 where there are not two.
  package var tokensPerSecond: Double {
    let time = tokenTimes.reduce(0, +)
    return time > 0 ? Double(tokenTimes.count) / time : 0
  }

  /// The mean time from token to token; 0 where there are not two.
  package var timePerToken: Double {
    tokenTimes.isEmpty ? 0 : tokenTimes.reduce(0, +) / Double(tokenTimes.count)
  }

  /// Tokens of the prompt computed a second up to the first token.
  package var promptTokensPerSecond: Double {
    timeToFirstToken > 0 ? Double(promptTokens - reusedTokens) / timeToFirstToken : 0
  }

  /// The part of the time that was not spent inside the device.
  package var overhead: Double { totalTime > 0 ? max(0, totalTime - deviceTime) / totalTime : 0 }
}
