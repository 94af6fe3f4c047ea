import Foundation
import Hub
import NIOConcurrencyHelpers
import Tensors
import Testing

@Suite("Reading a remote file by ranges")
struct RangeReaderTests {
  private func reader(_ fixture: HubFixture, ahead: Int = 3) async throws -> RemoteRangeReader {
    let client = try fixture.client()
    let model = try await client.model(try fixture.id)
    let file = try #require(model.file("model.safetensors"))
    return try RemoteRangeReader(
      file, of: model, client: client, policy: ReadAheadPolicy(segmentBytes: 10_000, ahead: ahead))
  }

  @Test("any range gives the bytes of the file")
  func anyRange() async throws {
    try await HubFixture.run { fixture in
      let reader = try await reader(fixture)
      #expect(reader.byteCount == 300_000)
      for range in [
        0..<8, 8..<9_999, 9_999..<10_001, 250_000..<300_000, 0..<0, 5..<123_456, 299_999..<300_000,
      ] {
        let bytes = try await reader.bytes(at: range.lowerBound, count: range.count)
        #expect(bytes == Array(HubFixture.weights[range]))
      }
      #expect(!reader.isVerified)
    }
  }

  @Test("a header alone fetches one range and no more")
  func headerOnly() async throws {
    try await HubFixture.run { fixture in
      let reader = try await reader(fixture)
      _ = try await reader.bytes(at: 0, count: 8)
      _ = try await reader.bytes(at: 8, count: 4_000)
      #expect(fixture.server.contentServer.requests.count == 1)
    }
  }

  @Test("short reads here and there fetch no more than they need")
  func glances() async throws {
    try await HubFixture.run { fixture in
      let reader = try await reader(fixture)
      _ = try await reader.bytes(at: 0, count: 8)
      for start in [200_000, 250_017, 299_970] {
        let bytes = try await reader.bytes(at: start, count: 30)
        #expect(bytes == Array(HubFixture.weights[start..<start + 30]))
      }
      let ranges = fixture.server.contentServer.requests.compactMap { $0.range(of: 300_000)?.count }
      #expect(ranges == [10_000, 30, 30, 30])
    }
  }

  @Test("reading onward fetches every byte once and checks the sum")
  func onward() async throws {
    try await HubFixture.run { fixture in
      let reader = try await reader(fixture)
      for start in stride(from: 0, to: 300_000, by: 7_500) {
        let bytes = try await reader.bytes(at: start, count: 7_500)
        #expect(bytes == Array(HubFixture.weights[start..<start + 7_500]))
      }
      #expect(reader.isVerified)
      #expect(fixture.server.contentServer.requests.count == 30)
    }
  }

  @Test("threads that must not wait read too, even if they are all that there are")
  func blocking() async throws {
    try await HubFixture.run { fixture in
      let reader = try await reader(fixture)
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for index in 0..<16 {
          group.addTask {
            let start = index * 18_000
            // The synchronous form, called on the threads of Swift's own pool.
            let source: any ByteSource = reader
            return try source.bytes(at: start, count: 18_000)
              == Array(HubFixture.weights[start..<start + 18_000])
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
    }
  }

  @Test("cuts and errors are repeated")
  func cuts() async throws {
    try await HubFixture.run { fixture in
      let count = NIOLockedValueBox(0)
      fixture.server.change { settings in
        settings.alterContent = { _, reply in
          let number = count.withLockedValue { count in
            count += 1
            return count
          }
          if number % 5 == 0 { return Reply(status: 503) }
          var reply = reply
          if number % 3 == 0 { reply.cutAfter = 1_234 }
          return reply
        }
      }
      let reader = try await reader(fixture)
      #expect(try await reader.bytes(at: 0, count: 300_000) == HubFixture.weights)
      #expect(reader.isVerified)
    }
  }

  @Test("a failed read can be repeated")
  func failure() async throws {
    try await HubFixture.run { fixture in
      let reader = try await reader(fixture)
      fixture.server.change { $0.alterContent = { _, _ in Reply(status: 503) } }
      let error = await hubError { _ = try await reader.bytes(at: 0, count: 30_000) }
      #expect(error?.code == .serverFailure)
      fixture.server.change { $0.alterContent = nil }
      #expect(try await reader.bytes(at: 0, count: 30_000) == Array(HubFixture.weights.prefix(30_000)))
    }
  }

  @Test("a model is opened for streaming: small files are stored, weights are not")
  func stream() async throws {
    try await HubFixture.run { fixture in
      let stream = try await fixture.client().stream(try fixture.id)
      #expect(stream.weights.map(\.file.path) == ["model.safetensors"])
      #expect(fixture.content(stream.folder + "/tokenizer.json")?.count == 20_000)
      #expect(!FileManager.default.fileExists(atPath: stream.folder + "/model.safetensors"))
      #expect(
        try await stream.weights[0].bytes(at: 299_000, count: 1000) == Array(HubFixture.weights.suffix(1000)))
      stream.weights[0].releaseMemory()
      #expect(try await stream.weights[0].bytes(at: 0, count: 10) == Array(HubFixture.weights.prefix(10)))
    }
  }

  @Test("two threads that read a file in turns fetch every byte once")
  func inTurns() async throws {
    try await HubFixture.run { fixture in
      let reader = try await reader(fixture)
      reader.begin(isResumed: false)
      // The second is ahead of the first by half a segment or a whole one.
      for start in stride(from: 0, to: 300_000, by: 30_000) {
        for part in stride(from: 0, to: 15_000, by: 5_000) {
          for half in [15_000, 0] {
            let offset = start + half + part
            let bytes = try await reader.bytes(at: offset, count: 5_000)
            #expect(bytes == Array(HubFixture.weights[offset..<offset + 5_000]))
          }
        }
      }
      #expect(reader.isVerified)
      #expect(try reader.finish() == nil)
      #expect(fixture.server.contentServer.requests.count == 30)
    }
  }

  @Test("what is left out is fetched for the sum, but not by a run that goes on after another")
  func finishing() async throws {
    try await HubFixture.run { fixture in
      let whole = try await reader(fixture)
      whole.begin(isResumed: false)
      _ = try await whole.bytes(at: 100_000, count: 50_000)
      #expect(try whole.finish() == nil)
      #expect(whole.isVerified)
      let resumed = try await reader(fixture)
      resumed.begin(isResumed: true)
      let before = fixture.server.contentServer.requests.count
      _ = try await resumed.bytes(at: 290_000, count: 10_000)
      #expect(try resumed.finish() == .begunEarlier)
      #expect(fixture.server.contentServer.requests.count == before + 1)
    }
  }

  @Test("a cancelled reader ends reads that wait, and later ones")
  func cancelled() async throws {
    try await HubFixture.run { fixture in
      let reader = try await reader(fixture)
      fixture.server.change {
        $0.alterContent = { _, reply in
          var reply = reply
          reply.isSilent = true
          return reply
        }
      }
      async let waiting = hubError { _ = try await reader.bytes(at: 0, count: 10) }
      try await Task.sleep(for: .milliseconds(50))
      reader.cancel()
      #expect(await waiting?.code == .cancelled)
      #expect(await hubError { _ = try await reader.bytes(at: 50_000, count: 10) }?.code == .cancelled)
    }
  }

  @Test("a wrong byte is found at the end")
  func wrongByte() async throws {
    try await HubFixture.run { fixture in
      fixture.server.change { settings in
        settings.alterContent = { request, reply in
          var reply = reply
          if request.range(of: 300_000)?.lowerBound == 50_000 { reply.body[0] ^= 0x80 }
          return reply
        }
      }
      let reader = try await reader(fixture)
      let error = await hubError { _ = try await reader.bytes(at: 0, count: 300_000) }
      #expect(error?.code == .checksumMismatch)
    }
  }

  @Test("ranges outside of the file, servers without ranges, and offline mode are refused")
  func refusals() async throws {
    try await HubFixture.run { fixture in
      let reader = try await reader(fixture)
      await #expect(throws: TensorError.self) { try await reader.bytes(at: 299_999, count: 2) }
      await #expect(throws: TensorError.self) { try await reader.bytes(at: -1, count: 2) }
      fixture.server.change { $0.alterContent = { _, _ in Reply(body: HubFixture.weights) } }
      let error = await hubError { _ = try await reader.bytes(at: 0, count: 10) }
      #expect(error?.code == .noRanges && error?.mend.contains("Download") == true)
      let model = try await fixture.client().model(try fixture.id)
      let offline = try fixture.client(offline: true)
      #expect(throws: HubError.self) { try RemoteRangeReader(model.files[0], of: model, client: offline) }
    }
  }
}
