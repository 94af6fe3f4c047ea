import Foundation
import Hub
import NIOConcurrencyHelpers
import Testing

@Suite("What a hub refuses, and how it fails")
struct RefusalTests {
  @Test("a gated model: which page to open, and how to give a token")
  func gated() async throws {
    try await HubFixture.run { fixture in
      fixture.server.change { $0.token = "hf_secret" }
      let anonymous = await hubError { _ = try await fixture.download() }
      #expect(anonymous?.code == .gated)
      #expect(anonymous?.mend.contains(fixture.server.hub.address + "/org/tiny-model") == true)
      #expect(anonymous?.mend.contains("HF_TOKEN=") == true)
      let known = await hubError { _ = try await fixture.download(token: "hf_other") }
      #expect(known?.code == .gated)
      #expect(known?.mend.contains("token may read gated") == true)
      // Waiting would not help.
      #expect(fixture.waits.withLockedValue { $0.isEmpty })
    }
  }

  @Test(
    "statuses",
    arguments: [
      (401, "", nil, HubError.Code.notFound), (401, "", "hf_expired", .unauthorized),
      (403, "", nil, .unauthorized),
      (403, "GatedRepo", nil, .gated), (404, "RepoNotFound", nil, .notFound),
      (404, "RevisionNotFound", nil, .notFound),
      (400, "", nil, .serverFailure),
    ])
  func statuses(_ status: Int, _ header: String, _ token: String?, _ code: HubError.Code) async throws {
    try await HubFixture.run { fixture in
      let headers = header.isEmpty ? [] : [("X-Error-Code", header)]
      fixture.server.fault("/api/models", times: 10, Reply(status: status, headers: headers))
      let error = await hubError { _ = try await fixture.download(token: token) }
      #expect(error?.code == code)
      #expect(error?.message.contains("org/tiny-model") == true)
      #expect(error?.mend.isEmpty == false)
      #expect(fixture.server.hub.requests.count == 1)
    }
  }

  @Test("a model, a revision or a file that does not exist is named")
  func notFound() async throws {
    try await HubFixture.run { fixture in
      let client = try fixture.client()
      let model = await hubError { _ = try await client.model(try HubModelID("org/other")) }
      #expect(model?.message.contains("org/other") == true)
      let revision = await hubError { _ = try await client.model(try fixture.id, revision: "v9") }
      #expect(revision?.message.contains("\"v9\"") == true)
      var listing = try await client.model(try fixture.id)
      listing.files.append(HubFile(path: "gone.json", size: 3, etag: String(repeating: "a", count: 40)))
      let files = listing.files.suffix(1)
      let file = await hubError { _ = try await client.download(listing, files: Array(files)) }
      #expect(file?.code == .notFound)
      #expect(file?.message.contains("gone.json") == true)
    }
  }

  @Test("429 with Retry-After is waited for, whatever the form")
  func rateLimit() async throws {
    try await HubFixture.run { fixture in
      fixture.server.fault("/api/models", Reply(status: 429, headers: [("Retry-After", "7")]))
      // 43 s after the clock of the fixture.
      fixture.server.fault(
        "/api/models", Reply(status: 429, headers: [("Retry-After", "Sun, 06 Nov 1994 08:50:20 GMT")]))
      fixture.server.fault(
        "/config.json", Reply(status: 429, headers: [("RateLimit", "\"resolvers\";r=0;t=21")]))
      _ = try await fixture.download()
      let waits = fixture.waits.withLockedValue { $0.map(\.components.seconds) }
      #expect(waits == [7, 43, 21])
    }
  }

  @Test("a wait that is too long is refused and told")
  func tooLong() async throws {
    try await HubFixture.run { fixture in
      fixture.server.fault("/api/models", Reply(status: 429, headers: [("Retry-After", "86400")]))
      let error = await hubError { _ = try await fixture.download() }
      #expect(error?.code == .rateLimited)
      #expect(error?.message.contains("86400 s") == true)
      #expect(error?.mend.contains("HF_TOKEN") == true)
    }
  }

  @Test("5xx is repeated a bounded number of times, ever more slowly")
  func serverFailure() async throws {
    try await HubFixture.run { fixture in
      fixture.server.fault("/resolve/", times: 1000, Reply(status: 502))
      let error = await hubError {
        _ = try await fixture.download(.init(weights: [.safetensors], requiresTokenizer: false))
      }
      #expect(error?.code == .serverFailure)
      let waits = fixture.waits.withLockedValue { $0 }
      #expect(waits.contains(.milliseconds(750)) && waits.contains(.milliseconds(12_000)))
      fixture.server.change { $0.faults = [] }
      _ = try await fixture.download()
    }
  }

  @Test(
    "redirections in a circle, to nowhere and to other schemes",
    arguments: [
      "/api/models/org/tiny-model/revision/main?blobs=true", "", "file:///etc/passwd", "ftp://127.0.0.1/x",
    ])
  func redirections(location: String) async throws {
    try await HubFixture.run { fixture in
      let headers = location.isEmpty ? [] : [("Location", location)]
      fixture.server.fault("/api/models", times: 50, Reply(status: 302, headers: headers))
      let error = await hubError { _ = try await fixture.download() }
      #expect(error?.code == .serverFailure)
      #expect(fixture.server.hub.requests.count <= 6)
    }
  }

  @Test("a server that falls silent is tried again")
  func silence() async throws {
    try await HubFixture.run { fixture in
      fixture.server.fault("/api/models", Reply(isSilent: true))
      let model = try await fixture.client(patience: 1).model(try fixture.id)
      #expect(model.files.count == HubFixture.standardFiles.count)
      #expect(fixture.waits.withLockedValue { $0.count } >= 1)
    }
  }

  @Test("no server at all")
  func unreachable() async throws {
    try await HubFixture.run { fixture in
      let client = try fixture.client(endpoint: "http://127.0.0.1:1")
      let error = await hubError { _ = try await client.model(try fixture.id) }
      #expect(error?.code == .unreachable)
      #expect(error?.message.contains("127.0.0.1") == true)
    }
  }

  @Test(
    "a listing that is none",
    arguments: [
      "", "[]", "{\"sha\": \"main\", \"siblings\": []}",
      "{\"sha\": \"0123456789abcdef0123456789abcdef01234567\"}",
    ])
  func badListing(text: String) async throws {
    try await HubFixture.run { fixture in
      fixture.server.fault("/api/models", Reply(body: Array(text.utf8)))
      let error = await hubError { _ = try await fixture.download() }
      #expect(error?.code == .malformedListing)
    }
  }

  @Test("cancelling ends the download")
  func cancel() async throws {
    try await HubFixture.run { fixture in
      fixture.server.change { settings in settings.alterContent = { _, _ in Reply(isSilent: true) } }
      let task = Task { await hubError { _ = try await fixture.download() } }
      while fixture.server.contentServer.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
      task.cancel()
      #expect(await task.value?.code == .cancelled)
    }
  }
}
