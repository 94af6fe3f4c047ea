import Hummingbird
import JSON

/// `POST /v1/responses` and `POST /v1/responses/input_tokens`.
struct ResponsesRoute {
  let desk: AnswerDesk
  let registry: ModelRegistry

  func respond(_ request: Request, _ context: ServingContext) async throws -> Response {
    let (body, plan, lease) = try await plan(request)
    let shape = ResponsesShape(
      id: "resp_" + RandomID.text(24), created: Clocks.unixTime, model: lease.model.name, echo: body.echo)
    if body.streams { return try await desk.stream(plan, lease, context, as: ResponsesEncoder(shape)) }
    return Response(shape.whole(try await desk.whole(plan, lease, context)))
  }

  /// Counts the tokens of the whole prompt.
  func count(_ request: Request, _ context: ServingContext) async throws -> Response {
    let (_, plan, _) = try await plan(request)
    return Response(["object": "response.input_tokens", "input_tokens": .int(plan.completion.prompt.count)])
  }

  private func plan(_ request: Request) async throws -> (ResponsesRequest, AnswerPlan, ModelLease) {
    let reader = try await request.json(desk.limits)
    let lease = try await registry.lease(reader.string("model"))
    let body = try ResponsesRequest(reader, template: lease.model.prompts.templateText)
    return (body, try AnswerPlan(body.chat, for: lease.model), lease)
  }
}
