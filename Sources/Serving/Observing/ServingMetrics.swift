import Generation
import Metrics

/// The server's figures, under `oven:` with the names that vLLM's dashboards know.
package struct ServingMetrics: Sendable {
  private let factory: PrometheusFactory

  /// Figures of a server.
  package init() {
    factory = PrometheusFactory { label in
      switch label {
      case "oven:inter_token_latency_seconds":
        [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
      case "oven:request_prompt_tokens", "oven:request_generation_tokens":
        [1, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 50_000]
      default: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
      }
    }
  }

  /// All figures as Prometheus reads them.
  ///
  /// - Parameter services: the loaded models and how busy they are.
  package func exposition(_ services: [(model: String, status: ServiceStatus)]) -> String {
    for (model, status) in services {
      gauge("num_requests_running", model, Double(status.running))
      gauge("num_requests_waiting", model, Double(status.waiting))
      gauge("kv_cache_usage_perc", model, status.cacheUsage)
      gauge("engine_stalled_seconds", model, status.stalledFor)
      total("prefix_cache_queries_total", model, status.prefixQueries)
      total("prefix_cache_hits_total", model, status.prefixHits)
      total("num_preemptions_total", model, status.preemptions)
      total("engine_steps_total", model, status.steps)
      total("engine_restarts_total", model, status.restarts)
    }
    return factory.exposition()
  }

  private func gauge(_ name: String, _ model: String, _ value: Double) {
    Meter(label: "oven:" + name, dimensions: [("model_name", model)], factory: factory).set(value)
  }

  /// A number that the service counts itself.
  private func total(_ name: String, _ model: String, _ value: Int) {
    let counter = Counter(label: "oven:" + name, dimensions: [("model_name", model)], factory: factory)
    counter.reset()
    counter.increment(by: value)
  }

  /// Adds to a counter.
  func count(_ name: String, by amount: Int = 1, _ dimensions: [(String, String)]) {
    Counter(label: "oven:" + name, dimensions: dimensions, factory: factory).increment(by: amount)
  }

  /// Takes note of a value of a distribution.
  func record(_ name: String, _ value: Double, _ model: String) { recorder(name, model).record(value) }

  /// A distribution, for whoever adds to it often.
  func recorder(_ name: String, _ model: String) -> Recorder {
    Recorder(label: "oven:" + name, dimensions: [("model_name", model)], aggregate: true, factory: factory)
  }
}

/// Measures one request.
struct AnswerMeter: Sendable {
  private let metrics: ServingMetrics
  private let model: String
  private let record: RequestRecord
  private let latency: Recorder
  private var lastToken: ContinuousClock.Instant?

  init(_ metrics: ServingMetrics, _ model: String, _ record: RequestRecord) {
    self.metrics = metrics
    self.model = model
    self.record = record
    latency = metrics.recorder("inter_token_latency_seconds", model)
  }

  /// Takes note of what the service reports.
  mutating func note(_ event: CompletionEvent) {
    switch event {
    case .prefill: break
    case .text(_, _, let tokens, _):
      guard !tokens.isEmpty else { break }
      let now = ContinuousClock.now
      if let lastToken {
        let seconds = lastToken.duration(to: now) / .seconds(1)
        latency.record(seconds / Double(tokens.count))
      }
      lastToken = now
    case .finished(let branch, let reason, _, let usage): finish(branch, reason, usage)
    }
  }

  private func finish(_ branch: Int, _ reason: FinishReason, _ usage: CompletionUsage) {
    let word: String =
      switch reason {
      case .stop, .stopString: "stop"
      case .length: "length"
      case .cancelled: "abort"
      }
    let name = [("model_name", model)]
    metrics.count("request_success_total", name + [("finished_reason", word)])
    metrics.count("generation_tokens_total", by: usage.generatedTokens, name)
    if branch == 0 {
      metrics.count("prompt_tokens_total", by: usage.promptTokens, name)
      metrics.record("request_prompt_tokens", Double(usage.promptTokens), model)
      metrics.record("request_queue_time_seconds", usage.queueTime, model)
      metrics.record("time_to_first_token_seconds", usage.timeToFirstToken, model)
      metrics.record(
        "request_prefill_time_seconds", max(0, usage.timeToFirstToken - usage.queueTime), model)
    }
    metrics.record("request_generation_tokens", Double(usage.generatedTokens), model)
    metrics.record("request_decode_time_seconds", max(0, usage.totalTime - usage.timeToFirstToken), model)
    metrics.record("e2e_request_latency_seconds", usage.totalTime, model)
    record.note { notes in
      notes.promptTokens = usage.promptTokens
      notes.cachedTokens = usage.cachedTokens
      notes.generatedTokens = (notes.generatedTokens ?? 0) + usage.generatedTokens
      notes.finishReason = word
    }
  }

  /// Takes note of a failure.
  func fail(_ error: ServingError) {
    metrics.count("request_failure_total", [("model_name", model), ("code", "\(error.code)")])
    record.note { $0.error = error.message }
  }
}
