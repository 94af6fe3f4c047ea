import HTTPTypes
import Hummingbird
import JSON
import NIOCore

extension Response {
  /// A JSON answer.
  init(_ json: JSON, status: HTTPResponse.Status = .ok) {
    self.init(text: json.serialized(), type: "application/json", status: status)
  }

  /// A text of some type.
  init(text: String, type: String, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: type], body: .init(byteBuffer: ByteBuffer(string: text)))
  }

  /// An error as its dialect puts it.
  init(_ error: ServingError, _ dialect: Dialect) {
    self.init(dialect.body(error), status: dialect.status(error))
    if let seconds = error.retryAfter { headers[.retryAfter] = String(seconds) }
  }
}

extension Request {
  /// The body as JSON.
  func json(_ limits: ServingLimits) async throws -> WireReader {
    let text = try await bytes(limits)
    do throws(JSONError) {
      let json = try JSON(
        parsing: Array(buffer: text), options: JSONReadingOptions(maximumDepth: limits.jsonDepth))
      guard json.object != nil else {
        throw JSONError(.unexpected, at: 0, "the body is not an object")
      }
      return WireReader(json)
    } catch {
      throw ServingError(.badRequest, "the body is no JSON that can be answered: \(error)")
    }
  }

  /// The body, which must arrive in time and be no longer than the limit.
  func bytes(_ limits: ServingLimits) async throws -> ByteBuffer {
    let tooLarge = ServingError(
      .bodyTooLarge, "the body is longer than the \(limits.bodyBytes) bytes that are allowed")
    if let length = headers[.contentLength].flatMap({ Int($0) }), length > limits.bodyBytes { throw tooLarge }
    let body = body
    do {
      return try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
        group.addTask { try await body.collect(upTo: limits.bodyBytes) }
        group.addTask {
          try await Task.sleep(for: limits.bodyTime)
          throw ServingError(.timeout, "the body did not arrive within \(limits.bodyTime)")
        }
        defer { group.cancelAll() }
        return try await group.next() ?? ByteBuffer()
      }
    } catch is NIOTooManyBytesError {
      throw tooLarge
    }
  }
}
