import Foundation
import Hub
import NIOConcurrencyHelpers
import Testing

@Suite("Content that is not what the listing says")
struct ContentFaultTests {
  @Test("a wrong checksum is fetched once more, then refused and kept out of the cache")
  func checksum() async throws {
    try await HubFixture.run { fixture in
      let spoiled = NIOLockedValueBox(1)
      let alter: @Sendable (ServedRequest, Reply) -> Reply = { request, reply in
        guard request.range(of: 300_000)?.lowerBound == 40_000 else { return reply }
        let spoils = spoiled.withLockedValue { left in
          left -= 1
          return left >= 0
        }
        var reply = reply
        if spoils { reply.body[17] ^= 1 }
        return reply
      }
      fixture.server.change { $0.alterContent = alter }
      let snapshot = try await fixture.download()
      #expect(fixture.content(snapshot.folder + "/model.safetensors") == HubFixture.weights)

      try FileManager.default.removeItem(atPath: fixture.cache)
      spoiled.withLockedValue { $0 = 100 }
      let error = await hubError { _ = try await fixture.download() }
      #expect(error?.code == .checksumMismatch)
      #expect(error?.message.contains("model.safetensors") == true)
      let sum = try #require(HubFixture.standardFiles.last).sha256
      #expect(error?.message.contains(sum) == true)
      let blobs = try FileManager.default.contentsOfDirectory(
        atPath: fixture.cache + "/models--org--tiny-model/blobs")
      #expect(!blobs.contains { $0.hasPrefix(sum) })
    }
  }

  @Test("a content that changes between two ranges is read anew")
  func changed() async throws {
    try await HubFixture.run { fixture in
      let ranges = NIOLockedValueBox(0)
      fixture.server.change { settings in
        settings.alterContent = { request, reply in
          let count = ranges.withLockedValue { ranges in
            ranges += 1
            return ranges
          }
          return count < 8 ? reply : FakeHub.ranged(request, HubFixture.weights, etag: "\"second\"")
        }
      }
      let snapshot = try await fixture.download()
      #expect(fixture.content(snapshot.folder + "/model.safetensors") == HubFixture.weights)
      let again = fixture.events.withLockedValue { events in
        events.contains {
          if case .again(let file, _) = $0 { file.path == "model.safetensors" } else { false }
        }
      }
      #expect(again)
    }
  }

  @Test("a server without ranges still does")
  func noRanges() async throws {
    try await HubFixture.run { fixture in
      fixture.server.change { settings in
        settings.alterContent = { request, reply in
          guard reply.status == 206 else { return reply }
          return Reply(body: request.path.contains("/cdn/") ? HubFixture.weights : [])
        }
      }
      let snapshot = try await fixture.download()
      #expect(fixture.content(snapshot.folder + "/model.safetensors") == HubFixture.weights)
    }
  }

  @Test("content shorter or longer than the listing says is refused", arguments: [-1, 1, 50_000])
  func wrongSize(difference: Int) async throws {
    try await HubFixture.run { fixture in
      fixture.server.change { settings in
        settings.alterContent = { request, reply in
          let content = HubFixture.weights + [UInt8](repeating: 0, count: max(0, difference))
          return FakeHub.ranged(request, Array(content.prefix(300_000 + difference)), etag: "\"x\"")
        }
      }
      let selection = FileSelection(requiresTokenizer: false)
      let error = await hubError { _ = try await fixture.download(selection) }
      #expect(error?.code == .sizeMismatch)
      #expect(
        error?.message.contains("\(300_000 + difference)") == true || error?.message.contains("20000") == true
      )
    }
  }

  @Test(
    "a body longer than announced range, or short without saying so, is refused", arguments: [true, false])
  func lyingBody(longer: Bool) async throws {
    try await HubFixture.run { fixture in
      fixture.server.fault(
        "/cache/config.json", times: 100,
        Reply(
          body: Array((longer ? #"{"model_type": "llama", "x": 1}"# : "{}").utf8), isChunked: true))
      let error = await hubError { _ = try await fixture.download() }
      #expect(error?.code == .sizeMismatch)
      #expect(error?.message.contains("config.json") == true)
    }
  }

  @Test("an expired address of the content server is renewed")
  func expired() async throws {
    try await HubFixture.run { fixture in
      let count = NIOLockedValueBox(0)
      let server = fixture.server
      fixture.server.change { settings in
        settings.alterContent = { _, reply in
          let isTenth = count.withLockedValue { count in
            count += 1
            return count == 10
          }
          // The signature that was handed out is good no more.
          if isTenth { server.change { $0.signature += 1 } }
          return reply
        }
      }
      let snapshot = try await fixture.download()
      #expect(fixture.content(snapshot.folder + "/model.safetensors") == HubFixture.weights)
    }
  }
}
