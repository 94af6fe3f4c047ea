import AsyncHTTPClient
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1

/// An answer whose body has yet to be read.
package struct HubAnswer: Sendable {
  package var url: URL
  package var status: Int
  package var headers: HTTPHeaders
  package var body: HTTPClientResponse.Body
}

/// A failed attempt: what it means for repetition, and what to tell the user if it is the last.
package struct AttemptError: Error {
  package var failure: AttemptFailure
  package var error: HubError
}

/// Sends single requests. Redirections are left to the caller, who decides who may see the token.
package struct HubTransport: Sendable {
  private let client: HTTPClient
  private let idleTimeout: Int

  package init(_ configuration: HubConfiguration) {
    client = SharedClients.client(proxy: configuration.proxy, idleTimeout: configuration.idleTimeoutSeconds)
    idleTimeout = configuration.idleTimeoutSeconds
  }

  /// - Throws: `AttemptError` where no answer came, `HubError` where the task was cancelled.
  package func send(_ method: HTTPMethod, _ url: URL, headers: HTTPHeaders) async throws -> HubAnswer {
    var request = HTTPClientRequest(url: url.absoluteString)
    request.method = method
    request.headers = headers
    do {
      let response = try await client.execute(request, deadline: .distantFuture)
      return HubAnswer(
        url: url, status: Int(response.status.code), headers: response.headers, body: response.body)
    } catch {
      throw Self.classified(error, url)
    }
  }

  /// What an error of the network library means.
  package static func classified(_ error: any Error, _ url: URL) -> any Error {
    if error is HubError || error is AttemptError { return error }
    if Task.isCancelled || error is CancellationError || (error as? HTTPClientError) == .cancelled {
      return HubError(.cancelled, "the download was cancelled")
    }
    let host = url.host ?? url.absoluteString
    let mend =
      "Check the network, HTTPS_PROXY and HF_ENDPOINT; what has arrived is kept, and a repetition goes on there."
    return AttemptError(
      failure: .connection(reason(error)),
      error: HubError(.unreachable, "the connection to \(host) failed: \(reason(error))", mend: mend))
  }

  private static func reason(_ error: any Error) -> String {
    switch error as? HTTPClientError {
    case .readTimeout: return "no data for a while"
    case .connectTimeout: return "no answer"
    case .remoteConnectionClosed: return "closed by the other side"
    default: break
    }
    let text = "\(error)"
    // The library's own words are for programmers; these are the cases that a user meets.
    for (sign, words) in [
      ("Connection refused", "connection refused"), ("Connection reset", "cut by the other side"),
      ("nodename nor servname", "no such host"), ("Name or service not known", "no such host"),
      ("failure in name resolution", "no such host"), ("unknown(host", "no such host"),
      ("CERTIFICATE_VERIFY_FAILED", "its certificate is not trusted"),
    ] where text.contains(sign) {
      return words
    }
    return text.utf8.count > 300 ? String(text.prefix(300)) + "…" : text
  }
}

/// One connection pool for each way to the network. They live as long as the process, so that nobody has to close them.
private enum SharedClients {
  private struct Key: Hashable {
    var proxy: HubProxy?
    var idleTimeout: Int
  }

  private static let clients = NIOLockedValueBox<[Key: HTTPClient]>([:])

  static func client(proxy: HubProxy?, idleTimeout: Int) -> HTTPClient {
    clients.withLockedValue { clients in
      let key = Key(proxy: proxy, idleTimeout: idleTimeout)
      if let client = clients[key] { return client }
      let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings(key))
      clients[key] = client
      return client
    }
  }

  private static func settings(_ key: Key) -> HTTPClient.Configuration {
    var settings = HTTPClient.Configuration()
    settings.redirectConfiguration = .disallow
    settings.timeout = .init(connect: .seconds(15), read: .seconds(Int64(key.idleTimeout)))
    // Several ranges at once are to be several connections; over HTTP/2 they would share one.
    settings.httpVersion = .http1Only
    settings.connectionPool.retryConnectionEstablishment = false
    settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
    if let proxy = key.proxy {
      let authorization = proxy.user.map {
        HTTPClient.Authorization.basic(username: $0, password: proxy.password ?? "")
      }
      settings.proxy = .server(host: proxy.host, port: proxy.port, authorization: authorization)
    }
    return settings
  }
}
