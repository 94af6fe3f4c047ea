import Foundation
import Hub
import NIOConcurrencyHelpers

/// A hub, a cache folder and a client for one test.
struct HubFixture {
  let server: FakeHub
  let cache: String
  let waits = NIOLockedValueBox<[Duration]>([])
  let events = NIOLockedValueBox<[HubEvent]>([])

  static let weights = bytes(count: 300_000, seed: 7)

  static var standardFiles: [FakeHub.StoredFile] {
    [
      .init(path: "config.json", content: Array(#"{"model_type": "llama"}"#.utf8), isLarge: false),
      .init(path: "generation_config.json", content: [], isLarge: false),
      .init(path: "tokenizer.json", content: bytes(count: 20_000, seed: 3), isLarge: true),
      .init(
        path: "additional_chat_templates/rag.jinja", content: Array("{{ messages }}".utf8), isLarge: false),
      .init(path: "onnx/model.onnx", content: bytes(count: 100, seed: 1), isLarge: true),
      .init(path: "model.safetensors", content: weights, isLarge: true),
    ]
  }

  /// Runs `body` with a fresh hub and an empty cache.
  static func run(
    _ files: [FakeHub.StoredFile] = standardFiles, _ body: (HubFixture) async throws -> Void
  ) async throws {
    let cache = NSTemporaryDirectory() + "oven-hub-\(UUID().uuidString)"
    let server = try await FakeHub(files)
    let fixture = HubFixture(server: server, cache: cache + "/hub")
    do { try await body(fixture) } catch {
      await server.stop()
      try? FileManager.default.removeItem(atPath: cache)
      throw error
    }
    await server.stop()
    try? FileManager.default.removeItem(atPath: cache)
  }

  var id: HubModelID { get throws { try HubModelID(FakeHub.id) } }

  /// A client with segments of 20 kB that waits in no time.
  func client(token: String? = nil, offline: Bool = false, endpoint: String? = nil, patience: Int = 30) throws
    -> HubClient
  {
    let configuration = HubConfiguration(
      endpoint: endpoint ?? server.hub.address, token: token, cacheFolder: cache, offline: offline,
      segments: SegmentPolicy(bytes: 20_000, parallel: 4, filesAtOnce: 2), idleTimeoutSeconds: patience)
    let waits = waits
    let start = ContinuousClock.now
    let time = HubTime(
      now: { start.duration(to: .now) }, secondsSince1970: { 784_111_777 },
      sleep: { duration in
        waits.withLockedValue { $0.append(duration) }
        // Just long enough that a loop that waits does not starve the others.
        try await Task.sleep(for: .milliseconds(1))
      }, random: { 0.5 })
    return try HubClient(configuration, time: time)
  }

  func download(_ selection: FileSelection = .init(), token: String? = nil) async throws -> HubSnapshot {
    let events = events
    return try await client(token: token).download(id, selecting: selection) { event in
      events.withLockedValue { $0.append(event) }
    }
  }

  func content(_ path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path).map { Array($0) }
  }

  /// Pseudo-random bytes (a linear congruential generator), the same for the same seed.
  static func bytes(count: Int, seed: UInt64) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
  }
}

/// The error that `body` throws, if it is one of the hub's.
func hubError(_ body: () async throws -> Void) async -> HubError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? HubError
  }
}
