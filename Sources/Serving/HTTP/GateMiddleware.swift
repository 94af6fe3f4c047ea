import HTTPTypes
import Hummingbird

/// Lets through who may ask, and turns whatever goes wrong behind it into an error of the caller's dialect.
struct GateMiddleware: RouterMiddleware {
  let access: AccessRules
  let limits: ServingLimits
  let log: AccessLog?
  let metrics: ServingMetrics
  /// The methods of each path, to tell a wrong method from a wrong path.
  let methods: [String: [HTTPRequest.Method]]

  /// What anybody may ask: whether the server lives, and the page, which has no secrets.
  private static let open: Set<String> = ["/", "/live", "/ready", "/health", "/favicon.ico"]

  func handle(
    _ request: Request, context: ServingContext, next: (Request, ServingContext) async throws -> Response
  ) async throws -> Response {
    let id = Self.identifier(request.headers)
    context.record.note { $0.id = id }
    var origin: String?
    var response: Response
    do {
      origin = try admit(request)
      response =
        request.method == .options && request.headers[.origin] != nil
        ? preflight() : try await answer(request, context, next)
    } catch {
      response = refuse(error, request, context)
    }
    response.headers[.requestID] = id
    if let origin {
      response.headers[.accessControlAllowOrigin] = origin
      response.headers[.vary] = "Origin"
      response.headers[.accessControlExposeHeaders] = "x-request-id"
    }
    return finish(response, request, context)
  }

  /// - Returns: The origin to allow in the answer.
  private func admit(_ request: Request) throws(ServingError) -> String? {
    let size = request.headers.reduce(0) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count + 4 }
    guard size <= limits.headerBytes else {
      throw ServingError(
        .headersTooLarge, "the headers have \(size) bytes, and \(limits.headerBytes) are allowed")
    }
    let authority = request.head.authority
    try access.checkHost(authority)
    return try access.checkOrigin(request.headers[.origin], authority: authority)
  }

  private func answer(
    _ request: Request, _ context: ServingContext, _ next: (Request, ServingContext) async throws -> Response
  ) async throws -> Response {
    if !Self.open.contains(request.uri.path) { try access.checkKey(request.headers) }
    return try await next(request, context)
  }

  private func preflight() -> Response {
    Response(
      status: .noContent,
      headers: [
        .accessControlAllowMethods: "GET, POST, DELETE, OPTIONS",
        .accessControlAllowHeaders:
          "authorization, content-type, x-api-key, anthropic-version, anthropic-beta",
        .accessControlMaxAge: "600",
      ])
  }

  private func refuse(_ error: any Error, _ request: Request, _ context: ServingContext) -> Response {
    let path = request.uri.path
    var refusal = ServingError(error)
    var allow: String?
    if let error = error as? HTTPError {
      refusal = ServingError(.badRequest, error.body ?? error.status.reasonPhrase)
      if error.status == .notFound {
        if let known = methods[path], !known.contains(request.method) {
          allow = known.map(\.rawValue).joined(separator: ", ")
          refusal = ServingError(.wrongMethod, "\(path) takes \(allow ?? ""), not \(request.method)")
        } else {
          refusal = ServingError(.unknownPath, "there is no \(request.method) \(path.prefix(120)) here")
        }
      }
    }
    context.record.note { $0.error = refusal.message }
    metrics.count(
      "request_failure_total",
      [("model_name", context.record.current.model ?? ""), ("code", "\(refusal.code)")])
    var response = Response(refusal, Dialect(path: path))
    if let allow { response.headers[.allow] = allow }
    return response
  }

  /// Writes the access log's line when the answer has ended, which for a stream is later.
  private func finish(_ response: Response, _ request: Request, _ context: ServingContext) -> Response {
    let (method, path, status) = (request.method.rawValue, request.uri.path, response.status.code)
    metrics.count("http_requests_total", [("code", String(status))])
    guard let log else { return response }
    if let length = response.body.contentLength {
      log.write(context.record, method: method, path: path, status: status, bytes: length)
      return response
    }
    var response = response
    let body = response.body
    response.body = ResponseBody { writer in
      do {
        try await body.write(writer)
      } catch {
        context.record.note { $0.error = $0.error ?? "the client left" }
        log.write(context.record, method: method, path: path, status: status, bytes: nil)
        throw error
      }
      log.write(context.record, method: method, path: path, status: status, bytes: nil)
    }
    return response
  }

  /// The client's own id, that of its trace, or a new one.
  private static func identifier(_ headers: HTTPFields) -> String {
    if let given = headers[.requestID], (1...128).contains(given.utf8.count),
      given.utf8.allSatisfy({ isPlain($0) })
    {
      return given
    }
    if let parts = headers[.traceParent]?.split(separator: "-"), parts.count >= 4, parts[1].utf8.count == 32,
      parts[1].utf8.allSatisfy({ isPlain($0) })
    {
      return String(parts[1])
    }
    return RandomID.hexadecimal(16)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}
