import Generation

/// Why a request is not answered, before a dialect has put it into its own form.
package struct ServingError: Error, Sendable, Equatable {
  /// What kind of failure; each dialect has its own word and status for it.
  package enum Code: Sendable, Equatable {
    /// The request makes no sense, or asks for what cannot be done.
    case badRequest
    /// The prompt, with what is to be generated at least, does not fit.
    case promptTooLong
    /// No key, or a wrong one.
    case unauthorized
    /// A host or an origin that is not allowed.
    case forbidden
    /// No such model.
    case unknownModel
    /// No such endpoint.
    case unknownPath
    /// The endpoint does not take this method.
    case wrongMethod
    /// The body did not arrive in time.
    case timeout
    /// The body is longer than the limit.
    case bodyTooLarge
    /// The headers are longer than the limit.
    case headersTooLarge
    /// Something that this server has not.
    case notImplemented
    /// The queue is full.
    case busy
    /// The server is going down, or a model is not there yet.
    case unavailable
    /// A fault of ours.
    case failed
  }

  /// What kind of failure.
  package var code: Code
  /// A sentence for people.
  package var message: String
  /// The member of the request that is at fault, such as `messages[0].content`.
  package var parameter: String?
  /// For `promptTooLong`: the prompt's tokens.
  package var promptTokens: Int?
  /// For `promptTooLong`: the tokens that fit.
  package var contextLength: Int?
  /// Seconds after which to try again.
  package var retryAfter: Int?

  /// A failure.
  package init(_ code: Code, _ message: String, parameter: String? = nil) {
    self.code = code
    self.message = message
    self.parameter = parameter
    if code == .busy || code == .unavailable { retryAfter = 2 }
  }

  /// Finds the words for any error that answering ends with.
  package init(_ error: any Error) {
    switch error {
    case let error as ServingError: self = error
    case let error as CompletionFailure: self.init(failure: error)
    case let error as GenerationError:
      self.init(error.code == .badLogits ? .failed : .badRequest, error.description)
    case is CancellationError: self.init(.unavailable, "the request was cancelled")
    default: self.init(.failed, "\(error)")
    }
  }

  private init(failure: CompletionFailure) {
    let code: Code =
      switch failure.code {
      case .promptTooLong: .promptTooLong
      case .badConstraint, .badOption: .badRequest
      case .queueFull: .busy
      case .draining: .unavailable
      case .runnerLost: .failed
      }
    self.init(code, failure.message)
    promptTokens = failure.promptTokens
    contextLength = failure.contextLength
    if failure.code == .badConstraint { parameter = "response_format" }
  }
}
