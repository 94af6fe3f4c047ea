import OpenVINO

/// The memory from which a request with paged attention reads tokens and their places, where they are. There is one
/// sequence, and block i of the cache holds its i-th tokens: a step of generation writes a few numbers.
final class PageFeed {
  private let tokens, positions: SharedTensor<Int64>
  private let past, begins, blocks, blockBegins, longest: SharedTensor<Int32>
  /// Which rows recurrent states are read from and written to, where the model has any.
  private let rows, rowBegins, rowInterval: SharedTensor<Int32>
  private let blockLength: Int
  private var shownTokens = 1
  private var shownBlocks = 1

  /// - Parameters:
  ///   - capacity: The tokens of the context.
  ///   - chunk: The tokens of one run at most.
  ///   - blockLength: The tokens of a block.
  init(
    capacity: Int, chunk: Int, blockLength: Int, runtime: OpenVINORuntime
  ) throws(OpenVINOError) {
    let piece = max(1, min(chunk, capacity))
    self.blockLength = blockLength
    tokens = try SharedTensor(repeating: 0, count: piece, shape: [1], runtime: runtime)
    positions = try SharedTensor(repeating: 0, count: piece, shape: [1], runtime: runtime)
    past = try SharedTensor(repeating: 0, shape: [1], runtime: runtime)
    begins = try SharedTensor(repeating: 0, shape: [2], runtime: runtime)
    let blockCount = PagedInterface.blockCount(capacity, of: blockLength)
    blocks = try SharedTensor(repeating: 0, count: blockCount, shape: [1], runtime: runtime)
    for block in 0..<blockCount { blocks.elements[block] = Int32(truncatingIfNeeded: block) }
    blockBegins = try SharedTensor(repeating: 0, shape: [2], runtime: runtime)
    blockBegins.elements[1] = 1
    longest = try SharedTensor(repeating: 0, shape: [], runtime: runtime)
    rows = try SharedTensor(repeating: 0, shape: [2], runtime: runtime)
    rowBegins = try SharedTensor(repeating: 0, shape: [2], runtime: runtime)
    rowBegins.elements[1] = 2
    // States are written at every multiple of the interval and after the last token: beyond all contexts, only then.
    rowInterval = try SharedTensor(repeating: 1 << 24, shape: [1], runtime: runtime)
  }

  /// Lets a request read from here.
  func connect(_ request: InferRequest, _ interface: PagedInterface) throws(OpenVINOError) {
    let inputs = [
      ("input_ids", tokens.tensor), ("position_ids", positions.tensor), ("past_lens", past.tensor),
      ("subsequence_begins", begins.tensor), ("block_indices", blocks.tensor),
      ("block_indices_begins", blockBegins.tensor), ("max_context_len", longest.tensor),
      ("la.block_indices", rows.tensor), ("la.block_indices_begins", rowBegins.tensor),
      ("la.past_lens", past.tensor), ("la.cache_interval", rowInterval.tensor),
    ]
    // Models that do not turn by position have no positions.
    for (name, tensor) in inputs {
      if let index = interface.index(name) { try request.setInput(index, tensor) }
    }
  }

  /// Writes the tokens of the next run; `count` are in the cache already.
  func fill(
    _ piece: some Collection<Int>, after count: Int, rows step: StateRows.Step? = nil
  ) throws(OpenVINOError) {
    if let step {
      rows.elements[0] = Int32(truncatingIfNeeded: step.read)
      rows.elements[1] = Int32(truncatingIfNeeded: step.write)
    }
    for (index, token) in piece.enumerated() {
      tokens.elements[index] = Int64(token)
      positions.elements[index] = Int64(count + index)
    }
    let total = count + piece.count
    if piece.count != shownTokens {
      try tokens.tensor.setShape([piece.count])
      try positions.tensor.setShape([piece.count])
      shownTokens = piece.count
    }
    let used = PagedInterface.blockCount(total, of: blockLength)
    if used != shownBlocks {
      try blocks.tensor.setShape([used])
      blockBegins.elements[1] = Int32(truncatingIfNeeded: used)
      shownBlocks = used
    }
    past.elements[0] = Int32(truncatingIfNeeded: count)
    begins.elements[1] = Int32(truncatingIfNeeded: piece.count)
    longest.elements[0] = Int32(truncatingIfNeeded: total)
  }
}
