import Dispatch
import Foundation
import Hub
import NIOConcurrencyHelpers
import Tensors
import Testing

@Suite("Reading a model while it is downloaded")
struct ArrivalTests {
  private static let second = HubFixture.bytes(count: 200_000, seed: 11)

  private static let sum = FakeHub.StoredFile(path: "", content: second, isLarge: true).sha256

  private static var files: [FakeHub.StoredFile] {
    HubFixture.standardFiles.filter { $0.path != "model.safetensors" } + [
      .init(path: "model-00001-of-00002.safetensors", content: HubFixture.weights, isLarge: true),
      .init(path: "model-00002-of-00002.safetensors", content: second, isLarge: true),
      .init(path: "model.safetensors.index.json", content: Array("{}".utf8), isLarge: false),
    ]
  }

  private func arrival(_ fixture: HubFixture) async throws -> HubArrival {
    let opening = try await fixture.client().open(try fixture.id)
    guard case .arriving(let arrival) = opening else { throw CancellationError() }
    return arrival
  }

  /// Reads on a thread that may wait.
  private func bytes(_ file: ArrivingFile, _ range: Range<Int>) async throws -> [UInt8] {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue(label: "reader").async {
        continuation.resume(with: Result { try file.bytes(at: range.lowerBound, count: range.count) })
      }
    }
  }

  @Test("headers come by ranges first, and the whole files when they are asked for")
  func order() async throws {
    try await HubFixture.run(Self.files) { fixture in
      let arrival = try await arrival(fixture)
      #expect(
        arrival.weights.map(\.file.path) == [
          "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
        ])
      #expect(arrival.missingByteCount == 500_000)
      #expect(fixture.content(arrival.folder + "/config.json") != nil)
      #expect(try await bytes(arrival.weights[1], 0..<10) == Array(Self.second.prefix(10)))
      #expect(!FileManager.default.fileExists(atPath: arrival.weights[0].name))
      arrival.begin()
      arrival.begin()
      #expect(try await bytes(arrival.weights[1], 5..<200_000) == Array(Self.second.dropFirst(5)))
      // They come in the order of the shards.
      #expect(arrival.weights[0].hasArrived)
      #expect(try await bytes(arrival.weights[0], 0..<300_000) == HubFixture.weights)
      #expect(fixture.content(arrival.weights[0].name) == HubFixture.weights)
      let error = await #expect(throws: TensorError.self) {
        try await bytes(arrival.weights[0], 299_999..<300_001)
      }
      #expect(error?.code == .truncated)
    }
  }

  @Test("what is in the cache is read from there")
  func cached() async throws {
    try await HubFixture.run(Self.files) { fixture in
      _ = try await fixture.download()
      guard case .stored(let snapshot) = try await fixture.client().open(try fixture.id) else {
        Issue.record("a model that is in the cache was opened for a download")
        return
      }
      #expect(snapshot.bytesFetched == 0)
      let blob = try #require(Self.files.first { $0.path.hasPrefix("model-00002") }).sha256
      try FileManager.default.removeItem(atPath: fixture.cache + "/models--org--tiny-model/blobs/" + blob)
      let arrival = try await arrival(fixture)
      #expect(arrival.weights.map(\.hasArrived) == [true, false])
      #expect(try await bytes(arrival.weights[0], 0..<300_000) == HubFixture.weights)
      guard
        case .stored(let offline) = try await fixture.client(offline: true).open(
          try fixture.id, selecting: .init(weights: []))
      else {
        Issue.record("offline mode opened a download")
        return
      }
      #expect(offline.origin == .offlineCache)
    }
  }

  @Test("where a server sends whole files only, the download begins with the first header")
  func wholeOnly() async throws {
    try await HubFixture.run(Self.files) { fixture in
      let arrival = try await arrival(fixture)
      let contents = Dictionary(uniqueKeysWithValues: Self.files.map { ("/cdn/\($0.sha256)", $0.content) })
      fixture.server.change { $0.alterContent = { request, _ in Reply(body: contents[request.path] ?? []) } }
      #expect(try await bytes(arrival.weights[0], 0..<10) == Array(HubFixture.weights.prefix(10)))
      #expect(arrival.weights[0].hasArrived)
    }
  }

  @Test("the download's error is the error of the reads that wait for it")
  func failure() async throws {
    try await HubFixture.run(Self.files) { fixture in
      let arrival = try await arrival(fixture)
      fixture.server.change { settings in
        settings.alterContent = { request, reply in
          var reply = reply
          let isSecond = request.path.hasSuffix(Self.sum)
          if isSecond, request.range(of: 200_000)?.lowerBound == 40_000 {
            reply.body[3] ^= 1
          }
          return reply
        }
      }
      arrival.begin()
      let error = await hubError { _ = try await bytes(arrival.weights[1], 0..<10) }
      #expect(error?.code == .checksumMismatch)
    }
  }

  @Test("cancelling ends reads that wait", arguments: [true, false])
  func cancel(hasBegun: Bool) async throws {
    try await HubFixture.run(Self.files) { fixture in
      let arrival = try await arrival(fixture)
      fixture.server.change {
        $0.alterContent = { _, reply in
          var reply = reply
          reply.isSilent = true
          return reply
        }
      }
      if hasBegun { arrival.begin() }
      async let waiting = hubError { _ = try await bytes(arrival.weights[0], 0..<10) }
      try await Task.sleep(for: .milliseconds(50))
      arrival.cancel()
      #expect(await waiting?.code == .cancelled)
      #expect(await hubError { _ = try await bytes(arrival.weights[1], 0..<10) }?.code == .cancelled)
    }
  }

  @Test("what is in the cache is not streamed")
  func streaming() async throws {
    try await HubFixture.run(Self.files) { fixture in
      guard case .streaming(let stream) = try await fixture.client().open(try fixture.id, stores: false)
      else {
        Issue.record("a model that is not in the cache was not streamed")
        return
      }
      #expect(stream.weights.count == 2)
      _ = try await fixture.download()
      guard case .stored = try await fixture.client().open(try fixture.id, stores: false) else {
        Issue.record("a model that is in the cache was streamed")
        return
      }
    }
  }

  @Test("a GGUF file is downloaded first: its header is a large part of it")
  func gguf() async throws {
    let files = [FakeHub.StoredFile(path: "m-Q4_0.gguf", content: HubFixture.weights, isLarge: true)]
    try await HubFixture.run(files) { fixture in
      guard case .stored(let snapshot) = try await fixture.client().open(try fixture.id) else {
        Issue.record("a GGUF file was opened by ranges")
        return
      }
      #expect(fixture.content(snapshot.folder + "/m-Q4_0.gguf") == HubFixture.weights)
    }
  }
}
