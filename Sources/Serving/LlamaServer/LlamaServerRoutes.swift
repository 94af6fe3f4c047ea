import Generation
import Hummingbird
import JSON

/// What tools of llama-server's ask for beside answers.
struct LlamaServerRoutes {
  let registry: ModelRegistry
  let limits: ServingLimits
  let version: String

  /// `POST /tokenize`.
  func tokenize(_ request: Request, _ context: ServingContext) async throws -> Response {
    let reader = try await request.json(limits)
    let prompts = try await registry.lease(reader.string("model")).model.prompts
    let text = try reader.requiredString("content")
    let tokens = prompts.encode(text, addSpecialTokens: try reader.bool("add_special") ?? false)
    guard try reader.bool("with_pieces") ?? false else {
      return Response(["tokens": .array(tokens.map(JSON.int))])
    }
    return Response([
      "tokens": .array(
        tokens.map { token in
          let bytes = prompts.bytes(of: token)
          // A part of a character has no text of its own.
          let piece = String(validating: bytes, as: UTF8.self).map(JSON.string)
          return ["id": .int(token), "piece": piece ?? .array(bytes.map { .int(Int($0)) })]
        })
    ])
  }

  /// `POST /detokenize`.
  func detokenize(_ request: Request, _ context: ServingContext) async throws -> Response {
    let reader = try await request.json(limits)
    let prompts = try await registry.lease(reader.string("model")).model.prompts
    var tokens: [Int] = []
    guard let elements = try reader.list("tokens") else { throw reader.missing("tokens") }
    for element in elements {
      guard let token = element.json.int, (0..<prompts.vocabularySize).contains(token) else {
        throw element.fault("a token is not one of the vocabulary's \(prompts.vocabularySize)")
      }
      tokens.append(token)
    }
    return Response(["content": .string(prompts.decode(tokens))])
  }

  /// `POST /apply-template`.
  func applyTemplate(_ request: Request, _ context: ServingContext) async throws -> Response {
    let reader = try await request.json(limits)
    let model = try await registry.lease(reader.string("model")).model
    let body = try ChatCompletionRequest(reader, template: model.prompts.templateText, limits: limits)
    let tools = body.chat.toolChoice == .none ? [] : body.chat.tools
    let prompt = try AnswerPlan.render(body.chat.messages, tools: tools, body.chat.variables, model)
    return Response(["prompt": .string(prompt)])
  }

  /// `GET /props`. Wakes no model.
  func properties(_ request: Request, _ context: ServingContext) async throws -> Response {
    let entry = try await registry.entry(named: request.uri.queryParameters["model"].map(String.init))
    let length = entry.service?.contextLength ?? entry.facts.contextLength
    return Response([
      "default_generation_settings": ["n_ctx": length.map(JSON.int) ?? .null],
      "total_slots": 1, "model_path": .string(entry.name), "model_alias": .string(entry.name),
      "chat_template": .string(entry.facts.template), "build_info": .string("oven \(version)"),
      "modalities": ["vision": false, "audio": false], "is_sleeping": .bool(entry.state != .loaded),
    ])
  }

  /// `GET /slots`: one for each loaded model, as its sequences share one context's length. Wakes no model.
  func slots(_ request: Request, _ context: ServingContext) async throws -> Response {
    var slots: [JSON] = []
    for entry in await registry.entries {
      guard let service = entry.service else { continue }
      let status = await service.status()
      slots.append([
        "id": .int(slots.count), "model": .string(entry.name), "n_ctx": .int(service.contextLength),
        "is_processing": .bool(status.running > 0), "running": .int(status.running),
        "waiting": .int(status.waiting), "cache_usage": .double(status.cacheUsage),
        "device": .string(service.deviceName),
        "memory_available": await registry.availableMemory.map(JSON.int) ?? .null,
      ])
    }
    return Response(.array(slots))
  }
}
