import AsyncHTTPClient
import Foundation
import JSON
import NIOCore
import NIOSSL
import ScriptedService
import Serving
import Testing

@Suite struct TLSTests {
  private static let folder =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
    + "/Fixtures/tls"

  /// With a certificate, clients that can speak HTTP/2.
  @Test func http2() async throws {
    let certificate = (chain: Self.folder + "/certificate.pem", key: Self.folder + "/key.pem")
    try await TestServer.run(certificate: certificate) { server in
      var configuration = HTTPClient.Configuration()
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.trustRoots = .file(Self.folder + "/certificate.pem")
      tls.certificateVerification = .fullVerification
      configuration.tlsConfiguration = tls
      let client = HTTPClient(configuration: configuration)
      var request = server.request(.POST, "/v1/chat/completions")
      request.body = .bytes(ByteBuffer(string: chat("Hi", ["stream": true]).serialized()))
      let response = try await client.execute(request, timeout: .seconds(120))
      let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
      try await client.shutdown()
      #expect(response.version == .http2)
      #expect(text.hasSuffix("data: [DONE]\n\n"))
    }
  }

  @Test func missingCertificate() async throws {
    let certificate = (chain: "/nowhere/certificate.pem", key: "/nowhere/key.pem")
    await #expect(throws: (any Error).self) {
      try await TestServer.run(certificate: certificate) { _ in Issue.record("it must not run") }
    }
  }
}
