import Foundation
import JSON
import Supervisor
import Testing
import oven

@Suite("Cache report")
struct CacheReportTests {
  private func key(driver: String = "1.0") -> CacheKey {
    CacheKey(
      model: "00ff", modelPath: "/models/chat/openvino_model.xml", device: "NPU",
      deviceName: "Intel(R) AI Boost (3720)", driver: driver, runtime: "2026")
  }

  /// A cache with one entry of 2500 bytes that was used at second 1000.
  private func withCache(_ body: (CompiledModelCache) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oven-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let cache = try CompiledModelCache(folder: folder.path, now: { 1000 })
    _ = try cache.store(key(), compileSeconds: 83) { path in
      try Data(count: 2500).write(to: URL(fileURLWithPath: path))
    }
    try body(cache)
  }

  @Test func theListNamesDeviceSizeAndModel() throws {
    try withCache { cache in
      let lines = CacheReport.lines(
        cache.entries(), folder: cache.folder, budget: 20_000_000_000, now: 1000 + 7200)
      #expect(lines.count == 3)
      #expect(lines[1].contains("NPU") && lines[1].contains("2.50 kB") && lines[1].contains("1:23 min"))
      #expect(lines[1].hasSuffix("2 h ago, /models/chat/openvino_model.xml"))
      #expect(lines[2].hasPrefix("1 entry, 2.50 kB of 20.0 GB"))
    }
    #expect(CacheReport.lines([], folder: "/c", budget: 1, now: 0) == ["Nothing is compiled in /c."])
  }

  @Test func scriptsLearnWhatChanged() throws {
    try withCache { cache in
      let same = CacheReport.json(cache.explain(key()), device: "NPU")
      #expect(same["status"]?.string == "cached")
      #expect(same["entry"]?["bytes"]?.int == 2500)
      let other = CacheReport.json(cache.explain(key(driver: "2.0")), device: "NPU")
      #expect(other["status"]?.string == "changed")
      #expect(other["differences"]?.array?.first?["name"]?.string == "driver")
      #expect(other["differences"]?.array?.first?["now"]?.string == "2.0")
    }
  }
}
