import Generation
import JSON
import Supervisor

/// What an answer took, for people and for scripts.
package struct MetricsReport {
  let result: GenerationResult
  let load: LoadReport
  /// Seconds of the first runs after the load.
  let warmUpSeconds: Double
  /// Bytes of the whole process so far.
  let peakMemory: Int

  /// A report of an answer.
  package init(result: GenerationResult, load: LoadReport, warmUpSeconds: Double, peakMemory: Int) {
    self.result = result
    self.load = load
    self.warmUpSeconds = warmUpSeconds
    self.peakMemory = peakMemory
  }

  /// Two lines for stderr.
  package var lines: [String] {
    [
      "device \(load.device.device) (\(load.device.name)), loaded in \(Units.time(load.seconds)) "
        + (load.fromCache ? "from cache" : "by compiling") + ", warm-up \(Units.time(warmUpSeconds)), "
        + "peak memory \(Units.bytes(peakMemory))",
      answerLine,
    ]
  }

  /// What a chat says after an answer.
  package var shortLine: String {
    let metrics = result.metrics
    let tokens = metrics.generatedTokens == 1 ? "1 token" : "\(metrics.generatedTokens) tokens"
    return "\(tokens), \(rate.map { $0 + ", " } ?? "")"
      + "first after \(Units.time(metrics.timeToFirstToken))"
  }

  /// Nil for an answer of one token, which no time lies between.
  private var rate: String? {
    result.metrics.generatedTokens > 1
      ? "\(Units.decimals(result.metrics.tokensPerSecond, 1)) tokens/s" : nil
  }

  /// What this answer took, in one line.
  var answerLine: String {
    let metrics = result.metrics
    let reused = metrics.reusedTokens > 0 ? " (\(metrics.reusedTokens) reused)" : ""
    return
      "prompt \(metrics.promptTokens) tokens\(reused), first token after \(Units.time(metrics.timeToFirstToken)); "
      + "generated \(metrics.generatedTokens)"
      + (rate.map { ", \($0) (\(Units.decimals(metrics.timePerToken * 1000, 1)) ms)" } ?? "")
      + (metrics.npuBusyTime.map { ", NPU busy for \(Units.time($0))" } ?? "")
  }

  /// The answer with all figures.
  package var json: JSON {
    let metrics = result.metrics
    var object: JSONObject = [
      "answer": .string(result.text), "finish_reason": .string(result.reason.rawValue),
      "device": .string(load.device.device), "device_name": .string(load.device.name),
      "engine": .string(load.engine.rawValue), "kernels": .string(load.kernels.rawValue),
      "load": [
        "seconds": .double(load.seconds), "from_cache": .bool(load.fromCache),
        "warm_up_seconds": .double(warmUpSeconds),
        "passed_over": .array(
          load.passedOver.map { ["device": .string($0.device), "reason": .string($0.reason.text(\.option))] }),
      ],
      "peak_memory_bytes": .int(peakMemory),
      "prompt_tokens": .int(metrics.promptTokens), "reused_tokens": .int(metrics.reusedTokens),
      "generated_tokens": .int(metrics.generatedTokens),
      "time_to_first_token": .double(metrics.timeToFirstToken),
      "time_per_token": .double(metrics.timePerToken),
      "tokens_per_second": .double(metrics.tokensPerSecond), "overhead": .double(metrics.overhead),
    ]
    object["npu_busy_seconds"] = metrics.npuBusyTime.map { .double($0) }
    return .object(object)
  }
}
