import Hummingbird
import JSON

/// `POST /v1/chat/completions`.
struct ChatCompletionsRoute {
  let desk: AnswerDesk
  let registry: ModelRegistry

  func respond(_ request: Request, _ context: ServingContext) async throws -> Response {
    let reader = try await request.json(desk.limits)
    let lease = try await registry.lease(reader.string("model"))
    let model = lease.model
    let body = try ChatCompletionRequest(reader, template: model.prompts.templateText, limits: desk.limits)
    let plan = try AnswerPlan(body.chat, for: model)
    let id = "chatcmpl-" + RandomID.text(24)
    let form = body.chat.topLogProbabilities.map { _ in LogProbabilityForm(prompts: model.prompts) }
    if body.streams {
      return try await desk.stream(
        plan, lease, context,
        as: ChatCompletionEncoder(
          id: id, created: Clocks.unixTime, model: model.name, branches: body.chat.branches,
          includesUsage: body.includesUsage, logProbabilities: form))
    }
    let answer = try await desk.whole(plan, lease, context)
    return Response(Self.json(answer, id: id, model: model.name, form))
  }

  /// A whole answer.
  static func json(
    _ answer: CollectedAnswer, id: String, model: String, _ form: LogProbabilityForm?
  ) -> JSON {
    let choices = answer.branches.enumerated().map { index, branch -> JSON in
      var message: JSONObject = ["role": "assistant"]
      message["content"] = branch.text.isEmpty && !branch.calls.isEmpty ? .null : .string(branch.text)
      message["refusal"] = .null
      if !branch.reasoning.isEmpty {
        message["reasoning_content"] = .string(branch.reasoning)
        message["reasoning"] = .string(branch.reasoning)
      }
      if !branch.calls.isEmpty { message["tool_calls"] = .array(branch.calls.map(call)) }
      return [
        "index": .int(index), "message": .object(message),
        "logprobs": form.map { ["content": $0.chat(branch.logProbabilities), "refusal": .null] } ?? .null,
        "finish_reason": .string(branch.end.reason.openAIWord),
      ]
    }
    return [
      "id": .string(id), "object": "chat.completion", "created": .int(Clocks.unixTime),
      "model": .string(model),
      "choices": .array(choices), "usage": answer.usage.openAIJSON, "system_fingerprint": .null,
    ]
  }

  private static func call(_ call: CollectedAnswer.Call) -> JSON {
    [
      "id": .string(call.id), "type": "function",
      "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
    ]
  }
}
