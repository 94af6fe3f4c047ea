import Foundation
import Hub
import NIOConcurrencyHelpers
import Testing

@Suite("Downloading a model")
struct DownloadTests {
  private let commit = FakeHub.Settings().commit

  @Test("brings the chosen files into the layout of the hub cache")
  func layout() async throws {
    try await HubFixture.run { fixture in
      let snapshot = try await fixture.download()
      let model = fixture.cache + "/models--org--tiny-model"
      #expect(snapshot.folder == "\(model)/snapshots/\(commit)")
      #expect(fixture.content(snapshot.folder + "/model.safetensors") == HubFixture.weights)
      #expect(fixture.content(snapshot.folder + "/generation_config.json") == [])
      #expect(fixture.content("\(model)/refs/main") == Array(commit.utf8))
      let files = FileManager.default
      let weights = try #require(HubFixture.standardFiles.last)
      let target = try files.destinationOfSymbolicLink(atPath: snapshot.folder + "/model.safetensors")
      #expect(target == "../../blobs/\(weights.sha256)")
      let nested = "/additional_chat_templates/rag.jinja"
      #expect(
        try files.destinationOfSymbolicLink(atPath: snapshot.folder + nested).hasPrefix("../../../blobs/"))
      let config = HubFixture.standardFiles[0]
      #expect(files.fileExists(atPath: "\(model)/blobs/\(config.blob)"))
      #expect(
        try files.contentsOfDirectory(atPath: "\(model)/blobs").allSatisfy { !$0.contains("incomplete") })
      #expect(!files.fileExists(atPath: snapshot.folder + "/onnx/model.onnx"))
      #expect(snapshot.bytesFetched == 320_000 + 23 + 14)
    }
  }

  @Test("fetches nothing twice")
  func reuse() async throws {
    try await HubFixture.run { fixture in
      _ = try await fixture.download()
      let before = fixture.server.contentServer.requests.count
      let second = try await fixture.download()
      #expect(second.bytesFetched == 0)
      #expect(fixture.server.contentServer.requests.count == before)
      // The blob of another tool's download of another commit is enough too.
      fixture.server.change { $0.commit = String(repeating: "b", count: 40) }
      let third = try await fixture.download()
      #expect(third.bytesFetched == 0)
      #expect(third.folder.hasSuffix("bbbb"))
      #expect(fixture.content(third.folder + "/model.safetensors") == HubFixture.weights)
    }
  }

  @Test("sends the token to the hub and to nobody else")
  func token() async throws {
    try await HubFixture.run { fixture in
      fixture.server.change { $0.token = "hf_secret" }
      _ = try await fixture.download(token: "hf_secret")
      #expect(fixture.server.hub.requests.allSatisfy { $0.authorization == "Bearer hf_secret" })
      #expect(!fixture.server.contentServer.requests.isEmpty)
      #expect(fixture.server.contentServer.requests.allSatisfy { $0.authorization == nil })
    }
  }

  @Test("asks the hub once for the place of a big file, not once a range")
  func location() async throws {
    try await HubFixture.run { fixture in
      _ = try await fixture.download()
      let asked = fixture.server.hub.requests.filter { $0.path.hasSuffix("/model.safetensors") }.count
      #expect(asked == 1)
      #expect(fixture.server.contentServer.requests.count >= 15)
    }
  }

  @Test("goes on where a cut happened")
  func cut() async throws {
    try await HubFixture.run { fixture in
      let cuts = NIOLockedValueBox(6)
      fixture.server.change { settings in
        settings.alterContent = { _, reply in
          var reply = reply
          let isCut = cuts.withLockedValue { left in
            left -= 1
            return left >= 0
          }
          if isCut { reply.cutAfter = 5_000 }
          return reply
        }
      }
      let snapshot = try await fixture.download()
      #expect(fixture.content(snapshot.folder + "/model.safetensors") == HubFixture.weights)
      // Nothing that had arrived was fetched again.
      #expect(snapshot.bytesFetched == 320_000 + 23 + 14)
      // A cut behind the last byte of an answer is none.
      #expect((4...6).contains(fixture.waits.withLockedValue { $0.count }))
    }
  }

  @Test("goes on with what an earlier run or another tool left behind")
  func resume() async throws {
    try await HubFixture.run { fixture in
      let weights = try #require(HubFixture.standardFiles.last)
      let blobs = fixture.cache + "/models--org--tiny-model/blobs"
      try FileManager.default.createDirectory(atPath: blobs, withIntermediateDirectories: true)
      let partial = "\(blobs)/\(weights.sha256).incomplete"
      try Data(HubFixture.weights.prefix(170_001)).write(to: URL(fileURLWithPath: partial))
      let snapshot = try await fixture.download(.init(requiresTokenizer: false))
      #expect(fixture.content(snapshot.folder + "/model.safetensors") == HubFixture.weights)
      #expect(snapshot.bytesFetched == 320_000 + 23 + 14 - 170_001)
      #expect(!FileManager.default.fileExists(atPath: partial))
    }
  }

  @Test("starts over where what was left behind is wrong", arguments: [100_000, 300_000, 300_001])
  func damagedPartial(count: Int) async throws {
    try await HubFixture.run { fixture in
      let weights = try #require(HubFixture.standardFiles.last)
      let blobs = fixture.cache + "/models--org--tiny-model/blobs"
      try FileManager.default.createDirectory(atPath: blobs, withIntermediateDirectories: true)
      let partial = "\(blobs)/\(weights.sha256).incomplete"
      try Data(repeating: 1, count: count).write(to: URL(fileURLWithPath: partial))
      let snapshot = try await fixture.download()
      #expect(fixture.content(snapshot.folder + "/model.safetensors") == HubFixture.weights)
    }
  }

  @Test("keeps what arrived when it has to give up, and uses it later")
  func giveUpAndReturn() async throws {
    try await HubFixture.run { fixture in
      fixture.server.change { settings in
        settings.alterContent = { request, reply in
          (request.range(of: 300_000)?.lowerBound ?? 0) >= 200_000 ? Reply(status: 503) : reply
        }
      }
      let error = await hubError { _ = try await fixture.download() }
      #expect(error?.code == .serverFailure)
      fixture.server.change { $0.alterContent = nil }
      let second = try await fixture.download()
      #expect(second.bytesFetched <= 200_000)
      #expect(fixture.content(second.folder + "/model.safetensors") == HubFixture.weights)
    }
  }

  @Test("reports progress up to the end, and weights as ready")
  func progress() async throws {
    try await HubFixture.run { fixture in
      let snapshot = try await fixture.download()
      let events = fixture.events.withLockedValue { $0 }
      var last: HubProgress?
      var ready: [String] = []
      for event in events {
        switch event {
        case .progress(let progress): last = progress
        case .ready(let file, let path):
          #expect(path == "\(snapshot.folder)/\(file.path)")
          ready.append(file.path)
        default: break
        }
      }
      #expect(last?.bytesDone == last?.bytesTotal)
      #expect(last?.filesDone == 5)
      #expect(ready.last == "model.safetensors")
    }
  }

  @Test("waits for a process that downloads the same file")
  func lock() async throws {
    try await HubFixture.run { fixture in
      let weights = try #require(HubFixture.standardFiles.last)
      let cache = HubCache(folder: fixture.cache, id: try fixture.id)
      try cache.prepare()
      let other = try CacheFile(cache.lock(weights.sha256))
      #expect(try other.tryLock())
      let task = Task { try await fixture.download() }
      while !fixture.waits.withLockedValue({ $0.contains(.milliseconds(250)) }) { await Task.yield() }
      // The other process finishes: its blob is taken over.
      try Data(HubFixture.weights).write(to: URL(fileURLWithPath: cache.blob(weights.sha256)))
      try other.unlock()
      let snapshot = try await task.value
      #expect(snapshot.bytesFetched == 20_000 + 23 + 14)
    }
  }

  @Test("two downloads at once end with one good copy")
  func together() async throws {
    try await HubFixture.run { fixture in
      async let first = fixture.download()
      async let second = fixture.download()
      let snapshots = try await [first, second]
      let fetched = snapshots.map(\.bytesFetched).reduce(0, +)
      #expect(fetched <= 320_000 + 2 * 37)
      #expect(fixture.content(snapshots[0].folder + "/model.safetensors") == HubFixture.weights)
    }
  }
}
