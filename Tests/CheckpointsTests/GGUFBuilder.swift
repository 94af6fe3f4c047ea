import Tensors

/// Writes small GGUF files for tests: float32 tensors of zeros and a few metadata.
struct GGUFBuilder {
  private var metadata: [(key: String, bytes: [UInt8])] = []
  private var tensors: [(name: String, extents: [Int])] = []

  /// A file of an architecture.
  init(architecture: String) { set("general.architecture", architecture) }

  mutating func set(_ key: String, _ value: String) { metadata.append((key, le(UInt32(8)) + text(value))) }
  mutating func set(_ key: String, _ value: Int) { metadata.append((key, le(UInt32(4)) + le(UInt32(value)))) }
  mutating func set(_ key: String, _ value: Float) {
    metadata.append((key, le(UInt32(6)) + le(value.bitPattern)))
  }
  mutating func set(_ key: String, _ values: [Int]) {
    metadata.append(
      (key, le(UInt32(9)) + le(UInt32(5)) + le(UInt64(values.count)) + values.flatMap { le(Int32($0)) }))
  }

  /// Adds a tensor, outermost axis first.
  mutating func add(_ name: String, _ extents: [Int]) { tensors.append((name, extents)) }

  /// The file.
  var source: MemoryByteSource {
    var bytes = Array("GGUF".utf8) + le(UInt32(3)) + le(UInt64(tensors.count)) + le(UInt64(metadata.count))
    for (key, value) in metadata { bytes += text(key) + value }
    var offset = 0
    for (name, extents) in tensors {
      bytes += text(name) + le(UInt32(extents.count)) + extents.reversed().flatMap { le(UInt64($0)) }
      bytes += le(UInt32(0)) + le(UInt64(offset))
      offset += (extents.reduce(4, *) + 31) / 32 * 32
    }
    bytes += [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32 + offset)
    return MemoryByteSource(name: "test.gguf", bytes: bytes)
  }

  private func text(_ value: String) -> [UInt8] { le(UInt64(value.utf8.count)) + Array(value.utf8) }
  private func le(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }
}

extension GGUFBuilder {
  /// A llama of one layer with the metadata that it must have.
  static var llama: GGUFBuilder {
    var builder = GGUFBuilder(architecture: "llama")
    for (key, value) in [
      ("block_count", 1), ("context_length", 128), ("embedding_length", 8), ("feed_forward_length", 16),
      ("attention.head_count", 2), ("attention.head_count_kv", 1),
    ] {
      builder.set("llama.\(key)", value)
    }
    builder.add("token_embd.weight", [10, 8])
    return builder
  }
}
