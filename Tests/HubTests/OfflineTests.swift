import Foundation
import Hub
import Testing

@Suite("Without the hub")
struct OfflineTests {
  @Test("offline mode uses a complete earlier download, and sends nothing")
  func offline() async throws {
    try await HubFixture.run { fixture in
      let online = try await fixture.download()
      let before = fixture.server.hub.requests.count
      let offline = try fixture.client(offline: true)
      let snapshot = try await offline.download(try fixture.id)
      #expect(snapshot.folder == online.folder)
      #expect(snapshot.origin == .offlineCache)
      #expect(snapshot.files.last?.sha256 == HubFixture.standardFiles.last?.sha256)
      #expect(fixture.server.hub.requests.count == before)
      let commit = try await offline.download(try fixture.id, revision: snapshot.commit)
      #expect(commit.folder == online.folder)
    }
  }

  @Test("offline mode refuses what is not there, or not complete")
  func missing() async throws {
    try await HubFixture.run { fixture in
      let client = try fixture.client(offline: true)
      let none = await hubError { _ = try await client.download(try fixture.id) }
      #expect(none?.code == .offline)
      #expect(none?.mend.contains("HF_HUB_OFFLINE") == true)
      #expect(client.cachedSnapshot(try fixture.id) == nil)
      let online = try await fixture.download()
      #expect(client.cachedSnapshot(try fixture.id) == online.folder)
      try FileManager.default.removeItem(atPath: online.folder + "/tokenizer.json")
      let partial = await hubError { _ = try await client.download(try fixture.id) }
      #expect(partial?.code == .missingFile)
      #expect(partial?.message.contains("tokenizer.json") == true)
    }
  }

  @Test("a link whose blob was deleted counts as missing, and is mended")
  func danglingLink() async throws {
    try await HubFixture.run { fixture in
      let online = try await fixture.download()
      let sum = try #require(HubFixture.standardFiles.last).sha256
      try FileManager.default.removeItem(atPath: fixture.cache + "/models--org--tiny-model/blobs/\(sum)")
      let client = try fixture.client(offline: true)
      let error = await hubError { _ = try await client.download(try fixture.id) }
      #expect(error?.code == .missingFile)
      let second = try await fixture.download()
      #expect(second.bytesFetched == 300_000)
      #expect(fixture.content(online.folder + "/model.safetensors") == HubFixture.weights)
    }
  }

  @Test("a hub that is down is no obstacle to what is there")
  func outage() async throws {
    try await HubFixture.run { fixture in
      let online = try await fixture.download()
      fixture.server.fault("/api/models", times: 100, Reply(status: 503))
      let snapshot = try await fixture.download()
      #expect(snapshot.folder == online.folder)
      guard case .cacheAfterFailure(let reason) = snapshot.origin else {
        Issue.record("the origin is \(snapshot.origin)")
        return
      }
      #expect(reason.contains("503"))
    }
  }

  @Test("files of other tools that use no links are good too")
  func withoutLinks() async throws {
    try await HubFixture.run { fixture in
      let commit = FakeHub.Settings().commit
      let folder = fixture.cache + "/models--org--tiny-model/snapshots/\(commit)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try Data(HubFixture.weights).write(to: URL(fileURLWithPath: folder + "/model.safetensors"))
      let snapshot = try await fixture.download()
      #expect(snapshot.bytesFetched == 20_000 + 37)
    }
  }

  @Test("a listing without names of contents: the server is asked for each")
  func noBlobNames() async throws {
    try await HubFixture.run { fixture in
      fixture.server.change { $0.listsBlobs = false }
      let snapshot = try await fixture.download()
      #expect(fixture.content(snapshot.folder + "/model.safetensors") == HubFixture.weights)
      let target = try FileManager.default.destinationOfSymbolicLink(
        atPath: snapshot.folder + "/model.safetensors")
      #expect(target == "../../blobs/\(try #require(HubFixture.standardFiles.last).sha256)")
    }
  }

  @Test("more than the disk has is refused before anything is fetched")
  func diskFull() async throws {
    try await HubFixture.run { fixture in
      let client = try fixture.client()
      var model = try await client.model(try fixture.id)
      let huge = HubFile(path: "model.safetensors", size: 7 << 40, etag: String(repeating: "c", count: 64))
      model.files = [huge]
      let listing = model
      let error = await hubError { _ = try await client.download(listing, files: [huge]) }
      #expect(error?.code == .diskFull)
      #expect(error?.message.contains("7.7 TB") == true)
      #expect(error?.mend.contains("HubClient.stream") == true)
      #expect(!FileManager.default.fileExists(atPath: fixture.cache))
    }
  }

  @Test("a cache that cannot be written is named")
  func notWritable() async throws {
    try await HubFixture.run { fixture in
      let parent = (fixture.cache as NSString).deletingLastPathComponent
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      try Data().write(to: URL(fileURLWithPath: fixture.cache))
      let error = await hubError { _ = try await fixture.download() }
      #expect(error?.code == .cannotWrite)
      #expect(error?.message.contains(fixture.cache) == true)
    }
  }
}
