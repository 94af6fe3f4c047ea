import Hummingbird
import JSON

/// Ollama's lists of models and its version. Wake no model.
struct OllamaModelRoutes {
  let registry: ModelRegistry
  let limits: ServingLimits
  let version: String

  /// `GET /api/tags`.
  func tags(_ request: Request, _ context: ServingContext) async throws -> Response {
    let entries = await registry.entries
    return Response([
      "models": .array(entries.map { .object(Self.members($0)) })
    ])
  }

  /// `GET /api/ps`: what is in memory.
  func running(_ request: Request, _ context: ServingContext) async throws -> Response {
    let entries = await registry.entries.filter { $0.state == .loaded }
    return Response([
      "models": .array(
        entries.map { entry in
          var members = Self.members(entry)
          members["size_vram"] = .int(entry.facts.size)
          members["context_length"] = entry.service.map { .int($0.contextLength) } ?? .null
          // A model that stays for ever still has a time in this form.
          let left = Int(entry.secondsLeft ?? 1e9)
          members["expires_at"] = .string(Clocks.timestamp(seconds: Clocks.unixTime + left))
          return .object(members)
        })
    ])
  }

  /// `POST /api/show`.
  func show(_ request: Request, _ context: ServingContext) async throws -> Response {
    let reader = try await request.json(limits)
    guard let name = try reader.string("model", "name") else { throw reader.missing("model") }
    let entry = try await registry.entry(named: name)
    let facts = entry.facts
    var capabilities: [JSON] = ["completion"]
    if facts.hasTools { capabilities.append("tools") }
    if facts.hasThinking { capabilities.append("thinking") }
    let family = facts.family.isEmpty ? "unknown" : facts.family
    var information: JSONObject = [
      "general.architecture": .string(family), "general.basename": .string(entry.name),
    ]
    if let length = entry.service?.contextLength ?? facts.contextLength {
      information["\(family).context_length"] = .int(length)
    }
    return Response([
      "modelfile": "", "parameters": "", "license": "", "template": .string(facts.template),
      "details": Self.details(facts), "model_info": .object(information),
      "capabilities": .array(capabilities), "modified_at": .string(Clocks.timestamp(seconds: facts.created)),
    ])
  }

  /// `GET /api/version`.
  func version(_ request: Request, _ context: ServingContext) async throws -> Response {
    Response(["version": .string(version)])
  }

  private static func members(_ entry: ModelRegistry.Entry) -> JSONObject {
    [
      "name": .string(entry.name), "model": .string(entry.name),
      "modified_at": .string(Clocks.timestamp(seconds: entry.facts.created)), "size": .int(entry.facts.size),
      "digest": .string(entry.facts.digest), "details": details(entry.facts),
    ]
  }

  private static func details(_ facts: ModelFacts) -> JSON {
    [
      "parent_model": "", "format": "openvino", "family": .string(facts.family),
      "families": facts.family.isEmpty ? [] : [.string(facts.family)],
      "parameter_size": .string(facts.parameters), "quantization_level": .string(facts.quantization),
    ]
  }
}
