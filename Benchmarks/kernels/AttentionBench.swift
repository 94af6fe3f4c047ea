import LinearKernels

/// Heads of a layer, with the blocks of one sequence.
final class AttentionBench {
  /// What is measured: the heads of models that many run.
  static func all() -> [AttentionBench] {
    [
      AttentionBench("9 / 3 of 64", heads: 9, shared: 3, size: 64),
      AttentionBench("32 / 8 of 64", heads: 32, shared: 8, size: 64),
      AttentionBench("16 / 8 of 128", heads: 16, shared: 8, size: 128),
    ]
  }

  /// New tokens, and as many as come before the last of them.
  static let counts = [1, 8, 256]
  static let seen = 2048

  let name: String
  private var attention = oven_attention()
  private let queries, keys, values, angles, out: UnsafeMutablePointer<Float>
  private let keyBlocks, valueBlocks: UnsafeMutablePointer<UInt16>
  private let blocks: UnsafeMutablePointer<Int32>
  private let scratch: UnsafeMutableRawPointer

  private init(_ name: String, heads: Int, shared: Int, size: Int) {
    self.name = name
    (attention.heads, attention.shared, attention.size, attention.value_size) = (heads, shared, size, size)
    (attention.scale, attention.turned) = (0.125, size)
    precondition(oven_attention_supports(&attention) != 0)
    let most = Self.counts.max() ?? 1
    func numbers(_ count: Int) -> UnsafeMutablePointer<Float> {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: count)
      for index in 0..<count { memory[index] = Float(index * 7 % 23) / 23 - 0.5 }
      return memory
    }
    queries = numbers(most * heads * size)
    keys = numbers(most * shared * size)
    values = numbers(most * shared * size)
    angles = numbers(most * size)
    out = numbers(most * heads * size)
    (keyBlocks, valueBlocks) = (
      .allocate(capacity: Self.seen * shared * size), .allocate(capacity: Self.seen * shared * size)
    )
    // 0.5 or so, in bf16.
    for index in 0..<Self.seen * shared * size {
      keyBlocks[index] = 0x3f00 + UInt16(index % 61)
      valueBlocks[index] = 0x3f00 + UInt16(index % 59)
    }
    let blockCount = Self.seen / Int(OVEN_ATTENTION_BLOCK)
    blocks = .allocate(capacity: blockCount)
    for index in 0..<blockCount { blocks[index] = Int32(blockCount - 1 - index) }
    scratch = .allocate(byteCount: oven_attention_scratch_size(&attention), alignment: 64)
  }

  /// The bytes of keys and values that are looked at.
  var size: Int { 2 * attention.shared * (attention.size + attention.value_size) * Self.seen }

  /// Multiplications and additions, of what a token sees alone.
  func operations(_ count: Int) -> Double {
    let seen = (Self.seen - count + 1...Self.seen).reduce(0, +)
    return 2 * Double(seen * attention.heads * (attention.size + attention.value_size))
  }

  /// The seconds that the last `count` of the tokens take, with the storing of their keys and values.
  func seconds(_ count: Int) -> Double {
    var span = oven_attention_span()
    (span.count, span.past) = (count, Self.seen - count)
    (span.queries, span.keys, span.values) = (.init(queries), .init(keys), .init(values))
    (span.cosines, span.sines) = (.init(angles), .init(angles))
    (span.key_blocks, span.value_blocks, span.blocks) = (keyBlocks, valueBlocks, .init(blocks))
    let clock = ContinuousClock(), start = clock.now
    for head in 0..<attention.shared { oven_attention_store(&attention, &span, head, scratch) }
    let together = oven_attention_tokens(&attention, count)
    for head in 0..<attention.shared {
      for begin in stride(from: 0, to: count, by: together) {
        oven_attention_attend(
          &attention, &span, head, begin, min(begin + together, count), out, scratch)
      }
    }
    return (clock.now - start) / .seconds(1)
  }
}
