import OpenVINO

/// The memory from which a request with paged attention reads tokens of sequences and their places, where they are.
final class PagedInputs {
  /// What one sequence adds to a run.
  struct Row {
    var tokens: ArraySlice<Int>
    /// The tokens that are in the cache already.
    var position: Int
    /// The blocks of the cache that hold its tokens, those of this run included.
    var blocks: ArraySlice<Int>
    /// How many of the last tokens' logits are wanted.
    var logits: Int
    /// Where its recurrent states are, if the model has any.
    var states: StateRows.Step?
  }

  /// What a run can hold at most.
  struct Capacity {
    var tokens: Int
    var sequences: Int
    /// Blocks of all sequences, as often as they are named.
    var blocks: Int
    /// The tokens of a block.
    var blockLength: Int
  }

  private let tokens, positions, sampled: SharedTensor<Int64>
  private let past, begins, blocks, blockBegins, longest: SharedTensor<Int32>
  /// Which rows recurrent states are read from and written to, where the model has any.
  private let stateRows, stateBegins, stateInterval: SharedTensor<Int32>
  private var shown = Shown()
  /// Blocks and a row of states that no sequence has: there goes what fills a run up and what nobody reads.
  private let fillingBlocks: Range<Int>
  private let fillingStates: StateRows.Step?
  private let blockLength: Int
  /// How many blocks, and rows of recurrent states where the model has any, there must be with those.
  var blockCount: Int { fillingBlocks.upperBound }
  var stateRowCount: Int? { fillingStates.map { $0.write + 1 } }

  /// The extents that the tensors have.
  private struct Shown: Equatable {
    var tokens = 0, sequences = 0, blocks = 0, sampled = 0
  }

  /// - Parameters:
  ///   - usedBlocks: The blocks that sequences have.
  ///   - usedStates: The rows of recurrent states that they have; nil where the model has none.
  init(
    _ capacity: Capacity, usedBlocks: Int, usedStates: Int?, runtime: OpenVINORuntime
  ) throws(OpenVINOError) {
    let filling = PagedInterface.blockCount(
      RunLength.mostAdded(upTo: capacity.tokens), of: capacity.blockLength)
    fillingBlocks = usedBlocks..<usedBlocks + filling
    blockLength = capacity.blockLength
    fillingStates = usedStates.map { StateRows.Step(read: 0, write: $0) }
    let sequences = max(1, capacity.sequences) + 1
    func numbers<Element: TensorElement & ExpressibleByIntegerLiteral>(
      _ count: Int
    ) throws(OpenVINOError) -> SharedTensor<Element> {
      try SharedTensor(repeating: 0, count: max(1, count), shape: [1], runtime: runtime)
    }
    let most = RunLength.rounded(capacity.tokens)
    tokens = try numbers(most)
    positions = try numbers(most)
    sampled = try numbers(most)
    past = try numbers(sequences)
    begins = try numbers(sequences + 1)
    blocks = try numbers(capacity.blocks + filling)
    blockBegins = try numbers(sequences + 1)
    longest = try SharedTensor(repeating: 0, shape: [], runtime: runtime)
    stateRows = try numbers(2 * sequences)
    stateBegins = try numbers(sequences + 1)
    stateInterval = try numbers(sequences)
    // States are written at every multiple of the interval and after the last token: beyond all contexts, only then.
    stateInterval.elements.update(repeating: 1 << 24)
  }

  /// Lets a request read from here.
  func connect(_ request: InferRequest, _ interface: PagedInterface) throws(OpenVINOError) {
    let inputs = [
      ("input_ids", tokens.tensor), ("position_ids", positions.tensor), ("past_lens", past.tensor),
      ("subsequence_begins", begins.tensor), ("block_indices", blocks.tensor),
      ("block_indices_begins", blockBegins.tensor), ("max_context_len", longest.tensor),
      (Model.sampledRows, sampled.tensor),
      ("la.block_indices", stateRows.tensor), ("la.block_indices_begins", stateBegins.tensor),
      ("la.past_lens", past.tensor), ("la.cache_interval", stateInterval.tensor),
    ]
    // Models that do not turn by position have no positions.
    for (name, tensor) in inputs {
      if let index = interface.index(name) { try request.setInput(index, tensor) }
    }
  }

  /// Writes what the next run computes.
  ///
  /// - Returns: For each row, which of the run's tokens its first wanted logits follow, and which row of gathered logits
  ///   they are.
  func fill(_ rows: [Row]) throws(OpenVINOError) -> [(token: Int, gathered: Int)] {
    let count = rows.reduce(0) { $0 + $1.tokens.count }
    let added = RunLength.rounded(count) - count
    let all = added > 0 ? rows + [filler(added)] : rows
    var next = Shown()
    var places: [(token: Int, gathered: Int)] = []
    var most = 0
    for row in all {
      past.elements[next.sequences] = Int32(truncatingIfNeeded: row.position)
      let first = next.tokens
      for (offset, token) in row.tokens.enumerated() {
        tokens.elements[first + offset] = Int64(token)
        positions.elements[first + offset] = Int64(row.position + offset)
      }
      next.tokens += row.tokens.count
      for block in row.blocks {
        blocks.elements[next.blocks] = Int32(truncatingIfNeeded: block)
        next.blocks += 1
      }
      let wanted = next.tokens - row.logits
      places.append((wanted, next.sampled))
      for offset in 0..<row.logits {
        sampled.elements[next.sampled] = Int64(wanted + offset)
        next.sampled += 1
      }
      if let states = row.states {
        stateRows.elements[2 * next.sequences] = Int32(truncatingIfNeeded: states.read)
        stateRows.elements[2 * next.sequences + 1] = Int32(truncatingIfNeeded: states.write)
      }
      next.sequences += 1
      begins.elements[next.sequences] = Int32(truncatingIfNeeded: next.tokens)
      blockBegins.elements[next.sequences] = Int32(truncatingIfNeeded: next.blocks)
      stateBegins.elements[next.sequences] = Int32(truncatingIfNeeded: 2 * next.sequences)
      most = max(most, row.position + row.tokens.count)
    }
    longest.elements[0] = Int32(truncatingIfNeeded: most)
    // The product is made for as many rows, and within a prompt not for none, but for one that nobody reads.
    while next.sampled < RunLength.rounded(next.sampled) {
      sampled.elements[next.sampled] = 0
      next.sampled += 1
    }
    try show(next)
    return places
  }

  /// A sequence that is computed for nothing.
  private func filler(_ count: Int) -> Row {
    let blocks = fillingBlocks.prefix(PagedInterface.blockCount(count, of: blockLength))
    return Row(
      tokens: [Int](repeating: 0, count: count)[...], position: 0, blocks: Array(blocks)[...], logits: 0,
      states: fillingStates)
  }

  private func show(_ next: Shown) throws(OpenVINOError) {
    if next.tokens != shown.tokens {
      try tokens.tensor.setShape([next.tokens])
      try positions.tensor.setShape([next.tokens])
    }
    if next.blocks != shown.blocks { try blocks.tensor.setShape([next.blocks]) }
    if next.sampled != shown.sampled { try sampled.tensor.setShape([next.sampled]) }
    if next.sequences != shown.sequences {
      for tensor in [past, stateInterval] { try tensor.tensor.setShape([next.sequences]) }
      for tensor in [begins, blockBegins, stateBegins] { try tensor.tensor.setShape([next.sequences + 1]) }
      try stateRows.tensor.setShape([2 * next.sequences])
    }
    shown = next
  }
}
