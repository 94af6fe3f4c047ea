import LinearKernels

/// Attention of one sequence, with guarded memory, and what the kernels compute of it.
struct Attention {
  var kernel: oven_attention
  let past, count: Int
  /// Those of all tokens; queries of the new ones only.
  let queries, keys, values, cosines, sines: [Float]
  let queryNorm, keyNorm: [Float]

  private static let block = Int(OVEN_ATTENTION_BLOCK)
  private var blockCount: Int { (past + count + Self.block - 1) / Self.block }

  /// What the new tokens take. Those before them are stored in steps of so many.
  ///
  /// - Parameters:
  ///   - step: How many tokens are stored at once; the new ones are computed so many at once, too.
  ///   - inParts: Whether keys are looked at in parts, where tokens are few.
  func taken(step: Int, inParts: Bool = false) -> [Float] {
    let (queryNorm, keyNorm) = (GuardedMemory(floats: queryNorm), GuardedMemory(floats: keyNorm))
    var attention = kernel
    attention.query_norm = queryNorm.count > 0 ? readable(queryNorm) : nil
    attention.key_norm = keyNorm.count > 0 ? readable(keyNorm) : nil
    let scratch = GuardedMemory([UInt8](repeating: 0xff, count: roomSize(attention)))
    // Whatever is in a block before it is written is no number.
    func blocks(_ size: Int) -> GuardedMemory {
      GuardedMemory([UInt8](repeating: 0xff, count: blockCount * kernel.shared * Self.block * size * 2))
    }
    let (keyBlocks, valueBlocks) = (blocks(kernel.size), blocks(kernel.value_size))
    // In the other order.
    let numbers = (0..<blockCount).reversed().map(Int32.init)
    var out: [Float] = []
    var first = 0
    while first < past + count {
      // A step ends where the new tokens begin.
      let end = min(first + step, first < past ? past : past + count)
      let isNew = first >= past
      func rows(_ values: [Float], _ width: Int, from start: Int = 0) -> GuardedMemory {
        GuardedMemory(floats: Array(values[((first - start) * width)..<((end - start) * width)]))
      }
      let queries =
        isNew ? rows(self.queries, kernel.heads * kernel.size, from: past) : GuardedMemory(floats: [])
      let keys = rows(self.keys, kernel.shared * kernel.size)
      let values = rows(self.values, kernel.shared * kernel.value_size)
      let (cosines, sines) = (rows(self.cosines, kernel.turned), rows(self.sines, kernel.turned))
      numbers.withUnsafeBufferPointer { numbers in
        var span = oven_attention_span()
        (span.count, span.past) = (end - first, first)
        (span.queries, span.keys, span.values) = (readable(queries), readable(keys), readable(values))
        (span.cosines, span.sines) = (readable(cosines), readable(sines))
        span.key_blocks = keyBlocks.start.assumingMemoryBound(to: UInt16.self)
        span.value_blocks = valueBlocks.start.assumingMemoryBound(to: UInt16.self)
        span.blocks = numbers.baseAddress
        for head in 0..<kernel.shared { oven_attention_store(&attention, &span, head, scratch.start) }
        if isNew { out += attended(&attention, &span, inParts, scratch) }
      }
      first = end
    }
    return out
  }

  private func attended(
    _ attention: inout oven_attention, _ span: inout oven_attention_span, _ inParts: Bool,
    _ scratch: GuardedMemory
  ) -> [Float] {
    let width = kernel.heads * kernel.value_size
    let out = GuardedMemory(floats: [Float](repeating: .nan, count: span.count * width))
    let together = oven_attention_tokens(&attention, span.count)
    for head in 0..<kernel.shared {
      for begin in stride(from: 0, to: span.count, by: together) {
        guard inParts, together == 1 else {
          let end = min(begin + together, span.count)
          oven_attention_attend(&attention, &span, head, begin, end, pointer(out), scratch.start)
          continue
        }
        let seen = span.past + begin + 1
        let parts = (seen + Int(OVEN_ATTENTION_PART) - 1) / Int(OVEN_ATTENTION_PART)
        let floats = oven_attention_part_floats(&attention)
        let room = GuardedMemory(floats: [Float](repeating: .nan, count: parts * floats))
        for part in 0..<parts {
          oven_attention_attend_part(
            &attention, &span, head, begin, part, pointer(room) + part * floats, scratch.start)
        }
        oven_attention_join(&attention, pointer(room), parts, head, begin, pointer(out))
      }
    }
    return out.floats
  }

  /// A multiple of 64, so that the memory that ends before a page begins at one.
  private func roomSize(_ attention: oven_attention) -> Int {
    var attention = attention
    return (oven_attention_scratch_size(&attention) + 63) / 64 * 64
  }

  private func readable(_ memory: GuardedMemory) -> UnsafePointer<Float> { UnsafePointer(pointer(memory)) }

  private func pointer(_ memory: GuardedMemory) -> UnsafeMutablePointer<Float> {
    memory.start.assumingMemoryBound(to: Float.self)
  }
}
