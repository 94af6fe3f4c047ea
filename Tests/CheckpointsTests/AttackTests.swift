import Checkpoints
import JSON
import Tensors
import Testing

/// Files that must be refused with an error, and nothing else (`make_attacks.py`).
@Suite struct AttackTests {
  /// A folder that is not there would run no case, and pass.
  @Test(arguments: ["attacks/gguf", "attacks/torch", "attacks/pickle", "attacks/quantized", "finds"])
  func casesAreThere(folder: String) {
    #expect(Fixtures.names(in: folder).count >= 10)
  }

  @Test(arguments: Fixtures.names(in: "attacks/gguf")) func gguf(name: String) throws {
    let bytes = try MappedFile.bytes(Fixtures.path("attacks/gguf/\(name)"))
    #expect(throws: CheckpointError.self) { try Checkpoint.gguf(MemoryByteSource(name: name, bytes: bytes)) }
  }

  @Test(arguments: Fixtures.names(in: "attacks/torch")) func torch(name: String) throws {
    let bytes = try MappedFile.bytes(Fixtures.path("attacks/torch/\(name)"))
    #expect(throws: CheckpointError.self) { try Checkpoint.torch(MemoryByteSource(name: name, bytes: bytes)) }
  }

  @Test(arguments: Fixtures.names(in: "attacks/pickle")) func pickle(name: String) throws {
    let bytes = try MappedFile.bytes(Fixtures.path("attacks/pickle/\(name)"))
    #expect(throws: CheckpointError.self) { try Checkpoint.memberCount(pickle: bytes) }
  }

  @Test(arguments: Fixtures.names(in: "attacks/quantized")) func quantized(name: String) throws {
    let bytes = try MappedFile.bytes(Fixtures.path("attacks/quantized/\(name)"))
    let end = try #require(bytes.firstIndex(of: 0))
    let config = try JSON(parsing: bytes[..<end])
    let source = MemoryByteSource(name: name, bytes: Array(bytes[(end + 1)...]))
    #expect(throws: CheckpointError.self) { try Checkpoint.quantized(source, config: config) }
  }

  /// Every prefix of a good file is refused or, where only data is missing that nobody needs, read.
  @Test(arguments: [
    "gguf/models/llama.gguf", "torch/views.bin", "safetensors/shards/model-00001-of-00002.safetensors",
  ])
  func prefixes(path: String) throws {
    let bytes = try MappedFile.bytes(Fixtures.path(path))
    for count in stride(from: 0, to: min(bytes.count, 1500), by: 7) {
      let source = MemoryByteSource(name: path, bytes: Array(bytes.prefix(count)))
      #expect(throws: CheckpointError.self) {
        if path.hasSuffix("gguf") {
          _ = try Checkpoint.gguf(source)
        } else {
          _ = path.hasSuffix("bin") ? try Checkpoint.torch(source) : try Checkpoint.safetensors(source)
        }
      }
    }
  }

  /// Files of our own with numbers at the edges of their types (`make_finds.py`), of the kind by which fuzzing found
  /// traps, hangs and too much memory. Any answer is right.
  @Test(arguments: Fixtures.names(in: "finds")) func finds(name: String) throws {
    let bytes = try MappedFile.bytes(Fixtures.path("finds/\(name)"))
    let source = MemoryByteSource(name: name, bytes: bytes)
    let tables = [
      try? Checkpoint.gguf(source).weights, try? Checkpoint.torch(source),
      try? Checkpoint.safetensors(source),
    ]
    for table in tables.compactMap({ $0 }) {
      for tensor in table.tensorNames.compactMap(table.tensor) where tensor.shape.elementCount < 1 << 20 {
        _ = try? tensor.floats()
      }
    }
  }
}
