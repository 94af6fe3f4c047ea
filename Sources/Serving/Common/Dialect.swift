import HTTPTypes
import JSON

/// Whose interface an endpoint belongs to: errors are put as its clients expect them.
package enum Dialect: Sendable {
  case openAI, anthropic, ollama

  /// The dialect of a path.
  package init(path: String) {
    if path.hasPrefix("/v1/messages") {
      self = .anthropic
    } else if path.hasPrefix("/api/") {
      self = .ollama
    } else {
      self = .openAI
    }
  }

  /// The status of an error.
  func status(_ error: ServingError) -> HTTPResponse.Status {
    switch error.code {
    case .badRequest, .promptTooLong: .badRequest
    case .unauthorized: .unauthorized
    case .forbidden: .forbidden
    case .unknownModel, .unknownPath: .notFound
    case .wrongMethod: .methodNotAllowed
    case .timeout: .requestTimeout
    case .bodyTooLarge: .contentTooLarge
    case .headersTooLarge: .requestHeaderFieldsTooLarge
    case .notImplemented: .notImplemented
    case .busy, .unavailable:
      self == .anthropic ? .init(code: 529, reasonPhrase: "Overloaded") : .serviceUnavailable
    case .failed: .internalServerError
    }
  }

  /// The body of an error.
  func body(_ error: ServingError) -> JSON {
    switch self {
    case .ollama: return ["error": .string(error.message)]
    case .anthropic:
      return [
        "type": "error", "error": ["type": .string(anthropicType(error)), "message": .string(error.message)],
      ]
    case .openAI:
      var members: JSONObject = [
        "message": .string(error.message), "type": .string(openAIType(error)),
        "param": error.parameter.map(JSON.string) ?? .null,
        "code": openAICode(error).map(JSON.string) ?? .null,
      ]
      if let count = error.promptTokens { members["n_prompt_tokens"] = .int(count) }
      if let length = error.contextLength { members["n_ctx"] = .int(length) }
      return ["error": .object(members)]
    }
  }

  private func anthropicType(_ error: ServingError) -> String {
    switch error.code {
    case .badRequest, .promptTooLong, .wrongMethod, .notImplemented, .headersTooLarge: "invalid_request_error"
    case .unauthorized: "authentication_error"
    case .forbidden: "permission_error"
    case .unknownModel, .unknownPath: "not_found_error"
    case .bodyTooLarge: "request_too_large"
    case .timeout: "timeout_error"
    case .busy, .unavailable: "overloaded_error"
    case .failed: "api_error"
    }
  }

  private func openAIType(_ error: ServingError) -> String {
    switch error.code {
    case .badRequest, .promptTooLong, .unknownModel, .unknownPath, .wrongMethod, .bodyTooLarge,
      .headersTooLarge,
      .timeout:
      "invalid_request_error"
    case .unauthorized: "authentication_error"
    case .forbidden: "permission_error"
    case .notImplemented: "not_implemented_error"
    case .busy, .unavailable: "overloaded_error"
    case .failed: "server_error"
    }
  }

  private func openAICode(_ error: ServingError) -> String? {
    switch error.code {
    case .promptTooLong: "context_length_exceeded"
    case .unknownModel: "model_not_found"
    case .unauthorized: "invalid_api_key"
    case .busy: "queue_full"
    case .unavailable: "unavailable"
    default: nil
    }
  }
}
