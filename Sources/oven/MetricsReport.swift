import Generation
import JSON
import Supervisor

/// What an answer took, for people and for scripts.
struct MetricsReport {
  let result: GenerationResult
  let load: LoadReport

  /// Two lines for stderr.
  var lines: [String] {
    let metrics = result.metrics
    let reused = metrics.reusedTokens > 0 ? " (\(metrics.reusedTokens) reused)" : ""
    return [
      "device \(load.device.device) (\(load.device.name)), loaded in \(Units.time(load.seconds)) "
        + (load.fromCache ? "from cache" : "by compiling"),
      "prompt \(metrics.promptTokens) tokens\(reused), first token after \(Units.time(metrics.timeToFirstToken)); "
        + "generated \(metrics.generatedTokens) tokens, \(Units.decimals(metrics.tokensPerSecond, 1)) tokens/s, "
        + "\(Units.decimals(metrics.timePerToken * 1000, 1)) ms per token",
    ]
  }

  /// The answer with all figures.
  var json: JSON {
    let metrics = result.metrics
    return [
      "answer": .string(result.text), "finish_reason": .string(result.reason.rawValue),
      "device": .string(load.device.device), "device_name": .string(load.device.name),
      "load": ["seconds": .double(load.seconds), "from_cache": .bool(load.fromCache)],
      "prompt_tokens": .int(metrics.promptTokens), "reused_tokens": .int(metrics.reusedTokens),
      "generated_tokens": .int(metrics.generatedTokens),
      "time_to_first_token": .double(metrics.timeToFirstToken),
      "time_per_token": .double(metrics.timePerToken),
      "tokens_per_second": .double(metrics.tokensPerSecond), "overhead": .double(metrics.overhead),
    ]
  }
}
