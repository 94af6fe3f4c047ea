import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1

/// Requests to the hub: who sees the token, which redirections are followed, what is repeated and when.
package struct HubRequester: Sendable {
  package let configuration: HubConfiguration
  package let address: HubAddress
  package let time: HubTime
  private let transport: HubTransport

  package init(_ configuration: HubConfiguration, time: HubTime) throws(HubError) {
    self.configuration = configuration
    self.time = time
    address = try HubAddress(endpoint: configuration.endpoint)
    transport = HubTransport(configuration)
  }

  package func failure(_ id: HubModelID, revision: String, path: String?) -> HubFailure {
    HubFailure(
      id: id, revision: revision, path: path, page: address.page(id),
      tokenPage: address.endpoint.absoluteString + "/settings/tokens", hasToken: configuration.token != nil)
  }

  /// Repeats `attempt` as the policy says. It calls `progressed` on its machine when it got anywhere.
  package func repeating<Value>(
    attempts: Int? = nil, waiting: (@Sendable (HubEvent) -> Void)? = nil,
    _ attempt: (inout RetryMachine) async throws -> Value
  ) async throws -> Value {
    var policy = configuration.retry
    policy.attempts = min(policy.attempts, attempts ?? policy.attempts)
    var machine = RetryMachine(policy)
    while true {
      do {
        return try await attempt(&machine)
      } catch let failed as AttemptError {
        switch machine.failed(failed.failure, random: time.random()) {
        case .wait(let duration):
          if duration > .zero {
            waiting?(.waiting(duration, reason: failed.error.message))
            try await time.sleep(duration)
          }
          try Task.checkCancellation()
        case .giveUp, .permanent: throw failed.error
        case .tooLong(let asked):
          var error = failed.error
          error.message += "; it asks for a pause of \(asked.components.seconds) s"
          throw error
        }
      }
    }
  }

  /// One attempt: sends the request and follows redirections. The token goes to the hub's own origin only.
  /// - Returns: an answer with a status below 300.
  package func attempt(
    _ method: HTTPMethod = .GET, _ start: URL, headers extra: HTTPHeaders = [:], failure: HubFailure,
    followsRedirections: Bool = true
  ) async throws -> HubAnswer {
    var url = start
    for _ in 0...5 {
      let isHub = Origin(url) == address.origin
      let answer = try await transport.send(method, url, headers: headers(extra, withToken: isHub))
      switch answer.status {
      case 200..<300: return answer
      case 301, 302, 303, 307, 308:
        guard let location = answer.headers.first(name: "Location"),
          let target = HubAddress.target(of: location, from: url)
        else {
          throw HubError(
            .serverFailure, "\(url.host ?? "the hub") redirects to nowhere or to an unsafe address")
        }
        // Only the hub's own headers count; those of a content server are not looked at.
        if !followsRedirections, Origin(target) != address.origin { return answer }
        url = target
      default: throw failedAttempt(answer, isHub: isHub, failure: failure)
      }
    }
    throw HubError(.serverFailure, "\(start.host ?? "the hub") redirects in a circle")
  }

  private func headers(_ extra: HTTPHeaders, withToken: Bool) -> HTTPHeaders {
    var headers = extra
    headers.replaceOrAdd(name: "User-Agent", value: "oven/1; swift")
    // Sizes and ranges must be those of the file itself.
    headers.replaceOrAdd(name: "Accept-Encoding", value: "identity")
    if withToken, let token = configuration.token {
      headers.replaceOrAdd(name: "Authorization", value: "Bearer \(token)")
    }
    return headers
  }

  private func failedAttempt(_ answer: HubAnswer, isHub: Bool, failure: HubFailure) -> any Error {
    let wait = RetryAfter.wait(
      retryAfter: answer.headers.first(name: "Retry-After"),
      rateLimit: answer.headers.first(name: "RateLimit"),
      now: time.secondsSince1970())
    if !isHub, (400..<500).contains(answer.status), !RetryMachine.isTransient(answer.status),
      answer.status != 416
    {
      // Content servers refuse an address that has expired; the hub gives a new one.
      let error = HubError(
        .serverFailure,
        "\(answer.url.host ?? "the content server") answered \(answer.status) for "
          + "\(failure.path ?? "a file") of \(failure.id)",
        mend: "Repeat the command: it goes on where it stopped.")
      return AttemptError(failure: .staleLocation(answer.status), error: error)
    }
    return AttemptError(
      failure: .status(answer.status, retryAfter: wait),
      error: failure.error(status: answer.status, headers: answer.headers))
  }

  /// The whole body, refused beyond `limit` bytes.
  package func bytes(of answer: HubAnswer, limit: Int) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    do {
      for try await part in answer.body {
        guard bytes.count + part.readableBytes <= limit else {
          throw HubError(
            .serverFailure, "\(answer.url.host ?? "the hub") sends more than \(limit) bytes of listing")
        }
        bytes.append(contentsOf: part.readableBytesView)
      }
    } catch {
      throw HubTransport.classified(error, answer.url)
    }
    return bytes
  }
}
