import Checkpoints
import Synchronization
import Tensors
import Testing

/// Headers that claim as much as their file is long, of files that take no disk: a sparse file of a terabyte is made in an
/// instant. They are refused before anything is read or allocated for what they claim.
@Suite struct HostileHeaderTests {
  /// A file that is all zeros behind its beginning, and counts what is read of it.
  private final class SparseSource: ByteSource {
    let name = "sparse"
    let byteCount = 1 << 40
    private let start: [UInt8]
    private let counts = Mutex((total: 0, largest: 0))

    init(_ start: [UInt8]) { self.start = start }

    var total: Int { counts.withLock { $0.total } }
    var largest: Int { counts.withLock { $0.largest } }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
      counts.withLock { counts in
        counts.total += buffer.count
        counts.largest = max(counts.largest, buffer.count)
      }
      for index in buffer.indices { buffer[index] = offset + index < start.count ? start[offset + index] : 0 }
    }
  }

  private func le(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  private func text(_ value: String) -> [UInt8] { le(UInt64(value.utf8.count)) + Array(value.utf8) }

  private func gguf(tensors: UInt64 = 0, entries: UInt64 = 1, _ rest: [UInt8]) -> [UInt8] {
    Array("GGUF".utf8) + le(UInt32(3)) + le(tensors) + le(entries) + rest
  }

  private func expectRefusal(
    _ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation, _ open: (SparseSource) throws -> Void
  ) {
    let source = SparseSource(bytes)
    #expect(throws: CheckpointError.self, sourceLocation: sourceLocation) { try open(source) }
    #expect(source.largest <= 1 << 20, sourceLocation: sourceLocation)
    #expect(source.total <= 1 << 22, sourceLocation: sourceLocation)
  }

  /// The largest number of things of a size that the file has room for.
  private func fitting(_ size: UInt64) -> UInt64 { (1 << 40 - 4096) / size }

  @Test func lengthsUpToTheEndOfAGGUF() {
    let key = text("a")
    let headers = [
      gguf(tensors: fitting(24), []), gguf(entries: fitting(13), []), gguf(le(fitting(1))),
      gguf(key + le(UInt32(8)) + le(fitting(1))),
      // Arrays of bytes, of numbers, of texts, of arrays.
      gguf(key + le(UInt32(9)) + le(UInt32(0)) + le(fitting(1))),
      gguf(key + le(UInt32(9)) + le(UInt32(10)) + le(fitting(8))),
      gguf(key + le(UInt32(9)) + le(UInt32(8)) + le(fitting(8))),
      gguf(key + le(UInt32(9)) + le(UInt32(9)) + le(fitting(12))),
      gguf(key + le(UInt32(9)) + le(UInt32(8)) + le(UInt64(1)) + le(fitting(1))),
      gguf(tensors: 1, entries: 0, le(fitting(1))),
      gguf(tensors: 1, entries: 0, text("t") + le(UInt32(4)) + [UInt8](repeating: 0xFF, count: 32)),
    ]
    for header in headers { expectRefusal(header) { _ = try Checkpoint.gguf($0) } }
  }

  @Test func lengthsUpToTheEndOfASafetensorsFile() {
    for length in [UInt64(1) << 39, 100_000_001, .max] {
      expectRefusal(le(length) + Array("{\"a\":".utf8)) { _ = try Checkpoint.safetensors($0) }
    }
    let count = 1 << 40 - 1024
    let header = Array(
      "{\"a\":{\"dtype\":\"U8\",\"shape\":[\(count),1,1],\"data_offsets\":[0,\(count)]}}".utf8)
    expectRefusal(le(UInt64(header.count)) + header) { _ = try Checkpoint.safetensors($0) }
  }

  /// More experts or heads than any model has would become as many tensors.
  @Test func countsOfPartsAreBounded() throws {
    var builder = GGUFBuilder.llama
    builder.set("llama.expert_count", 2)
    builder.set("llama.expert_used_count", 1)
    builder.add("blk.0.ffn_gate_exps.weight", [5000, 1, 1])
    #expect(throws: CheckpointError.self) { try Checkpoint.gguf(builder.source) }
    for (key, value) in [
      ("block_count", 1025), ("block_count", 1 << 30), ("attention.head_count", 1 << 31 - 1),
      ("attention.key_length", 1 << 20), ("context_length", 0), ("embedding_length", 0),
    ] {
      var builder = GGUFBuilder(architecture: "llama")
      for (name, number) in [
        ("block_count", 1), ("context_length", 128), ("embedding_length", 8), ("feed_forward_length", 16),
        ("attention.head_count", 2), ("attention.head_count_kv", 1),
      ] where name != key { builder.set("llama.\(name)", number) }
      builder.set("llama.\(key)", value)
      builder.add("token_embd.weight", [10, 8])
      #expect(throws: (any Error).self, "\(key)") { try Checkpoint.gguf(builder.source) }
    }
  }
}
