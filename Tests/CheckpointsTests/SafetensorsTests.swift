import Checkpoints
import Foundation
import Tensors
import Testing

@Suite struct SafetensorsTests {
  @Test func readsEveryType() throws {
    let weights = try Checkpoint.open(path: Fixtures.path("safetensors/types.safetensors")).weights
    let golden = try Fixtures.golden("safetensors/types-f32.safetensors")
    #expect(Set(weights.tensorNames) == Set(golden.tensorNames))
    for name in golden.tensorNames {
      let tensor = try #require(weights.tensor(named: name))
      let expected = try #require(golden.tensor(named: name)).floats()
      let found = try tensor.floats()
      #expect(tensor.shape == golden.tensor(named: name)?.shape)
      #expect(zip(found, expected).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }, "\(name)")
    }
  }

  /// A file made of a header and bytes of data.
  private func open(_ header: String, data: Int, length: UInt64? = nil) throws -> [String] {
    var bytes = withUnsafeBytes(of: (length ?? UInt64(header.utf8.count)).littleEndian, Array.init)
    bytes += Array(header.utf8) + [UInt8](repeating: 1, count: data)
    return try Checkpoint.safetensors(MemoryByteSource(name: "test", bytes: bytes)).tensorNames
  }

  private func entry(_ name: String, _ start: Int, _ end: Int, type: String = "U8", shape: String? = nil)
    -> String
  {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape ?? "[\(end - start)]"),\"data_offsets\":[\(start),\(end)]}"
  }

  @Test func acceptsWhatIsRight() throws {
    #expect(try open("{\(entry("b", 2, 6)),\(entry("a", 0, 2))}", data: 6) == ["a", "b"])
    #expect(try open("{\"__metadata__\":{\"format\":\"pt\"}}", data: 0) == [])
    #expect(try open("{\(entry("s", 0, 4, type: "F32", shape: "[]"))}", data: 4) == ["s"])
    #expect(
      try open("{\(entry("e", 0, 0, type: "F32", shape: "[0,3]")),\(entry("a", 0, 1))}", data: 1).count == 2)
  }

  @Test func opensShardsWithoutAnIndex() throws {
    let folder = NSTemporaryDirectory() + "oven-shards-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (index, name) in ["z", "a", "m"].enumerated() {
      let header = Array("{\(entry(name, 0, 8))}".utf8)
      let bytes = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
      try Data(bytes + [UInt8](repeating: 1, count: 8)).write(
        to: URL(filePath: "\(folder)/model-0000\(index + 1)-of-00003.safetensors"))
    }
    let opened = try Checkpoint.open(path: folder)
    #expect(opened.weights.tensorNames == ["z", "a", "m"])
    #expect(opened.files.count == 3)
    // Not all of them is not a model.
    try FileManager.default.removeItem(atPath: folder + "/model-00002-of-00003.safetensors")
    #expect(throws: CheckpointError.self) { try Checkpoint.open(path: folder) }
  }

  @Test func refusesAttacks() {
    let attacks: [(header: String, data: Int, length: UInt64?)] = [
      ("{\(entry("a", 0, 4)),\(entry("b", 2, 6))}", 6, nil),  // overlap
      ("{\(entry("a", 0, 4)),\(entry("b", 0, 4))}", 4, nil),  // the same place twice
      ("{\(entry("a", 0, 4)),\(entry("b", 5, 6))}", 6, nil),  // gap
      ("{\(entry("a", 1, 4))}", 4, nil),  // gap at the start
      ("{\(entry("a", 0, 4))}", 5, nil),  // bytes after the end
      ("{\(entry("a", 0, 4))}", 3, nil),  // cut off
      ("{\(entry("a", 0, 4)),\(entry("a", 4, 8))}", 8, nil),  // the same name twice
      ("{\(entry("a", 4, 0, shape: "[4]"))}", 4, nil),  // backwards
      ("{\(entry("a", 0, 4, shape: "[-4]"))}", 4, nil),
      ("{\(entry("a", 0, 4, shape: "[4611686018427387904,4]"))}", 4, nil),  // the product overflows
      ("{\(entry("a", 0, 4, shape: "[1.5]"))}", 4, nil), ("{\(entry("a", 0, 4, shape: "[5]"))}", 4, nil),
      ("{\(entry("a", 0, 4, type: "F99"))}", 4, nil), ("{\"a\":{}}", 0, nil), ("[]", 0, nil), ("{", 0, nil),
      ("{\"__metadata__\":{\"a\":1}}", 0, nil), ("{}", 0, UInt64.max), ("{}", 0, 1 << 40),
      ("{}", 0, 200_000_000),
      ("{}", 0, 3), ("{\"a\":" + String(repeating: "[", count: 5000), 0, nil),
    ]
    for (index, attack) in attacks.enumerated() {
      #expect(throws: CheckpointError.self, "attack \(index)") {
        try open(attack.header, data: attack.data, length: attack.length)
      }
    }
  }

  @Test func refusesWhatIsNoCheckpoint() {
    for (path, code) in [
      ("nothing-here", CheckpointError.Code.notFound), ("make_torch.py", .notACheckpoint),
      ("torch", .notACheckpoint), ("adapter", .notACheckpoint),
    ] {
      let error = #expect(throws: CheckpointError.self) { try Checkpoint.open(path: Fixtures.path(path)) }
      #expect(error?.code == code)
    }
  }
}
