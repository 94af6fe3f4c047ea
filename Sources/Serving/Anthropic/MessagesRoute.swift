import Hummingbird
import JSON

/// `POST /v1/messages` and `POST /v1/messages/count_tokens`.
struct MessagesRoute {
  let desk: AnswerDesk
  let registry: ModelRegistry

  func respond(_ request: Request, _ context: ServingContext) async throws -> Response {
    let reader = try await request.json(desk.limits)
    let body = try MessagesRequest(reader)
    let lease = try await registry.lease(body.model)
    let plan = try AnswerPlan(body.chat, for: lease.model)
    let id = "msg_" + RandomID.text(24)
    let stops = body.chat.options.stopStrings ?? []
    if body.streams {
      return try await desk.stream(
        plan, lease, context,
        as: MessagesEncoder(
          id: id, model: lease.model.name, promptTokens: plan.completion.prompt.count, clientStops: stops))
    }
    let answer = try await desk.whole(plan, lease, context)
    return Response(MessagesForm.json(answer, id: id, model: lease.model.name, clientStops: stops))
  }

  /// Counts the tokens of the whole prompt: system, tools and what the template adds.
  func count(_ request: Request, _ context: ServingContext) async throws -> Response {
    let body = try MessagesRequest(try await request.json(desk.limits), counts: true)
    let lease = try await registry.lease(body.model)
    let plan = try AnswerPlan(body.chat, for: lease.model)
    return Response(["input_tokens": .int(plan.completion.prompt.count)])
  }
}
