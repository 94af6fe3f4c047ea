import Hummingbird
import JSON

/// `GET /v1/models` and `GET /v1/models/{id}`. Wakes no model.
struct ModelsRoute {
  let registry: ModelRegistry

  func list(_ request: Request, _ context: ServingContext) async throws -> Response {
    let entries = await registry.entries
    let devices = await registry.devices
    return Response([
      "object": "list", "data": .array(entries.map(Self.json)), "devices": .array(devices.map(JSON.string)),
    ])
  }

  func one(_ request: Request, _ context: ServingContext) async throws -> Response {
    let name = context.parameters.getCatchAll().joined(separator: "/")
    return Response(Self.json(try await registry.entry(named: name.removingPercentEncoding ?? name)))
  }

  private static func json(_ entry: ModelRegistry.Entry) -> JSON {
    var members: JSONObject = [
      "id": .string(entry.name), "object": "model", "created": .int(entry.facts.created), "owned_by": "oven",
      "state": .string(entry.state.rawValue),
    ]
    if let length = entry.service?.contextLength ?? entry.facts.contextLength {
      members["context_length"] = .int(length)
      members["max_model_len"] = .int(length)
    }
    if let device = entry.device { members["device"] = .string(device) }
    if let failure = entry.failure { members["failure"] = .string(failure) }
    return .object(members)
  }
}
