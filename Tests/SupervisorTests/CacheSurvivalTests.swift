import Foundation
import Supervisor
import Testing

/// SIGKILL at any moment leaves a usable cache.
@Suite struct CacheSurvivalTests {
  private static let variable = "OVEN_TEST_CACHE_FOLDER"
  private static let childFolder = ProcessInfo.processInfo.environment[variable]

  private func key(_ number: Int) -> CacheKey {
    CacheKey(model: "\(number)", modelPath: "/m", device: "NPU", deviceName: "NPU", runtime: "1")
  }

  private func content(_ number: Int) -> Data { Data(repeating: UInt8(number), count: 50_000 + number) }

  /// Not a test by itself: the process that is killed. Stores, uses and discards until then.
  @Test(.enabled(if: childFolder != nil)) func child() throws {
    let folder = try #require(Self.childFolder)
    let cache = try CompiledModelCache(folder: folder + "/cache", budget: 500_000)
    try Data().write(to: URL(fileURLWithPath: folder + "/ready"))
    while true {
      let number = Int.random(in: 0..<20)
      if let entry = cache.entry(for: key(number)) {
        cache.noteUse(of: entry)
        if Bool.random() { try cache.withLock(on: key(number)) { cache.discard(entry) } }
      } else {
        _ = try cache.withLock(on: key(number)) {
          try cache.store(key(number), compileSeconds: 1) { path in
            // In pieces, so that there is a half-written blob most of the time.
            let file = try #require(FileHandle(forWritingAtPath: path) ?? create(path))
            for piece in 0..<10 {
              let bytes = content(number)
              try file.write(contentsOf: bytes[(piece * bytes.count / 10)..<((piece + 1) * bytes.count / 10)])
            }
            try file.close()
          }
        }
      }
    }
  }

  private func create(_ path: String) -> FileHandle? {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    return FileHandle(forWritingAtPath: path)
  }

  @Test(.enabled(if: childFolder == nil)) func killingTheWriterLeavesAUsableCache() throws {
    let folder = try TemporaryFolder()
    for round in 0..<4 {
      try killOne(folder.path)
      // A look at the folder as it was left, then one after the cache was opened.
      let cache = try CompiledModelCache(folder: folder.path + "/cache", budget: 500_000)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/cache")
      #expect(!names.contains { $0.hasPrefix(".partial-") }, "round \(round)")
      for entry in cache.entries() {
        #expect(cache.isIntact(entry))
        let number = try #require(Int(entry.key.model))
        #expect(try Data(contentsOf: URL(fileURLWithPath: entry.blob)) == content(number))
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: entry.folder).sorted() == ["blob", "meta.json"])
      }
      #expect(names.count - 1 == cache.entries().count)
      // Its locks are free again.
      for number in 0..<20 {
        try cache.withLock(on: key(number), whileWaiting: { throw CancellationError() }) {}
      }
    }
  }

  /// Starts this test program as the child, waits until it is at work and kills it after a random time.
  private func killOne(_ folder: String) throws {
    let ready = folder + "/ready"
    try? FileManager.default.removeItem(atPath: ready)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["--testing-library", "swift-testing", "--filter", "CacheSurvivalTests"]
    process.environment = ProcessInfo.processInfo.environment.merging([Self.variable: folder]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while process.isRunning, !FileManager.default.fileExists(atPath: ready) { usleep(1000) }
    #expect(process.isRunning, "the child ended by itself")
    usleep(.random(in: 0...60_000))
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
  }
}
