import Baking
import Foundation
import Synchronization
import Tensors
import Testing

/// A bake reads its source once: what is taken apart, moved or turned is not read again for every piece.
@Suite struct ReadOnceTests {
  static let models: [String] = {
    let folder = Fixture.url("")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { name in
      FileManager.default.fileExists(atPath: folder.path + "/\(name)/model.safetensors")
    }.sorted()
  }()

  @Test(arguments: models) func readsLittleMoreThanTheSource(_ name: String) throws {
    let folder = try TemporaryFolder()
    let bytes = Array(try Data(contentsOf: Fixture.url(name).appending(path: "model.safetensors")))
    let source = CountingSource(name: "model.safetensors", bytes: bytes)
    var options = tinyBake(Fixture.url(name), folder["baked"])
    options.remoteWeights = CountedWeights(source: source)
    // Many pieces, as real models have.
    options.pieceElementCount = 1024
    _ = try Bake(options).run()
    #expect(source.count > bytes.count / 4)
    #expect(Double(source.count) <= 1.1 * Double(bytes.count), "\(source.count) of \(bytes.count) bytes")
  }

  /// A disk or a download is read from the first byte to the last: no read goes back behind the tensor that the
  /// furthest one was in. What becomes one matrix of several tensors is the exception: experts that are stored one by
  /// one, and OLMo Hybrid's delta nets, whose queries, keys and values are stored apart. Reads go back to the first of
  /// the layer's.
  @Test(arguments: models) func readsTheSourceInItsOrder(_ name: String) throws {
    let folder = try TemporaryFolder()
    let bytes = Array(try Data(contentsOf: Fixture.url(name).appending(path: "model.safetensors")))
    let source = NotedSource(name: "model.safetensors", bytes: bytes)
    var options = tinyBake(Fixture.url(name), folder["baked"])
    options.workerCount = 1
    options.remoteWeights = NotedWeights(files: [source])
    _ = try Bake(options).run()
    let places = try ChangedWeights.places(in: bytes)
    func start(of offset: Int) -> Int {
      guard let tensor = places.last(where: { $0.start <= offset }) else { return 0 }
      let parts = name == "olmo-hybrid" ? [".experts.", ".linear_attn."] : [".experts."]
      guard let joined = parts.lazy.compactMap({ tensor.name.range(of: $0) }).first else {
        return tensor.start
      }
      let part = tensor.name[..<joined.upperBound]
      return places.first { $0.name.hasPrefix(part) }?.start ?? tensor.start
    }
    var (furthest, stepsBack) = (0, 0)
    for offset in source.offsets {
      if offset < start(of: furthest) { stepsBack += 1 }
      furthest = max(furthest, offset)
    }
    #expect(source.offsets.count > 5 && stepsBack == 0, "\(stepsBack) of \(source.offsets.count)")
  }
}

/// Bytes in memory that count how many of them are read.
private final class CountingSource: ByteSource {
  private let bytes: MemoryByteSource
  private let total = Atomic<Int>(0)

  init(name: String, bytes: [UInt8]) { self.bytes = MemoryByteSource(name: name, bytes: bytes) }

  var name: String { bytes.name }
  var byteCount: Int { bytes.byteCount }
  var count: Int { total.load(ordering: .relaxed) }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    total.add(buffer.count, ordering: .relaxed)
    try bytes.read(at: offset, into: buffer)
  }
}

private struct CountedWeights: RemoteWeights {
  let source: CountingSource

  var files: [any ByteSource] { [source] }
  func byteCount(onDiskOf path: String) -> Int { 0 }
  func accept() {}
  func begin(isResumed: Bool) {}
  func finish() throws -> [String] { [] }
  func cancel() {}
}
