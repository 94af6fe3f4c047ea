import Generation
import Hummingbird
import JSON

/// Whether the server lives, and whether it answers.
struct HealthRoutes {
  let registry: ModelRegistry
  let state: ServerState
  let limits: ServingLimits
  let metrics: ServingMetrics

  /// `GET /live`: 200 as long as the process can be helped; 503 where only a new one can.
  func live(_ request: Request, _ context: ServingContext) async throws -> Response {
    if let stuck = await stuck() {
      return Response(["status": "stuck", "reason": .string(stuck)], status: .serviceUnavailable)
    }
    return Response(["status": "ok"])
  }

  /// `GET /ready`, `/health`: whether a request that comes now is answered. A healthy process with an engine that makes no
  /// step is not.
  func ready(_ request: Request, _ context: ServingContext) async throws -> Response {
    func refusal(_ word: String, _ reason: String) -> Response {
      var response = Response(
        [
          "status": .string(word),
          "error": ["code": 503, "message": .string(reason), "type": "unavailable_error"],
        ],
        status: .serviceUnavailable)
      response.headers[.retryAfter] = "2"
      return response
    }
    if state.isDraining { return refusal("draining", "the server is going down") }
    if let stuck = await stuck() { return refusal("stuck", stuck) }
    let entries = await registry.entries
    // A server without models can bring some in.
    guard !entries.isEmpty else { return Response(["status": "ok"]) }
    if entries.allSatisfy({ $0.state == .loading }) { return refusal("loading model", "Loading model") }
    if entries.allSatisfy({ $0.state == .failed }) {
      return refusal("failed", entries.first?.failure ?? "there is no model")
    }
    return Response(["status": "ok"])
  }

  /// A model that has work and makes no step; nil where there is none.
  func stuck() async -> String? {
    let limit = limits.stallTime / .seconds(1)
    for entry in await registry.entries {
      guard let status = await entry.service?.status(), status.stalledFor > limit else { continue }
      return "the model \(entry.name) has made no step for \(Int(status.stalledFor)) seconds"
    }
    return nil
  }

  /// `GET /metrics`.
  func figures(_ request: Request, _ context: ServingContext) async throws -> Response {
    var services: [(model: String, status: ServiceStatus)] = []
    for entry in await registry.entries {
      guard let status = await entry.service?.status() else { continue }
      services.append((entry.name, status))
    }
    return Response(text: metrics.exposition(services), type: "text/plain; version=0.0.4; charset=utf-8")
  }
}
