import OpenVINO

/// Some sequences that are written side by side.
struct SequenceGroup {
  private(set) var sequences: [[Int]]
  private let request: InferRequest
  private let runtime: OpenVINORuntime
  private let names: Set<String>
  private var random: SeededRandom
  private let range: Range<Int>
  private let words: [Int]

  /// - Parameters:
  ///   - range: which ones of all sequences.
  ///   - words: the tokens that begin them after `begin`, in turn.
  init(_ compiled: CompiledModel, range: Range<Int>, begin: Int, words: [Int], seed: UInt64) throws {
    request = try compiled.makeRequest()
    runtime = compiled.runtime
    names = Set(compiled.inputs.flatMap(\.names))
    sequences = Array(repeating: [begin], count: range.count)
    random = SeededRandom(seed)
    self.range = range
    self.words = words
    try request.resetStates()
  }

  mutating func start() throws {
    let (size, length) = (sequences.count, sequences[0].count)
    func set(_ name: String, _ tensor: @autoclosure () throws -> Tensor) throws {
      if names.contains(name) { try request.setInput(name, tensor()) }
    }
    try set(
      "input_ids",
      Tensor(sequences.map { Int64($0.last ?? 0) }, shape: [size, 1], runtime: runtime))
    try set(
      "attention_mask",
      Tensor([Int64](repeating: 1, count: size * length), shape: [size, length], runtime: runtime))
    try set(
      "position_ids",
      Tensor([Int64](repeating: Int64(length - 1), count: size), shape: [size, 1], runtime: runtime))
    try set("beam_idx", Tensor((0..<size).map(Int32.init), shape: [size], runtime: runtime))
    try request.start()
  }

  mutating func finish() throws {
    _ = try request.wait()
    let isFirst = sequences[0].count == 1
    var random = random
    let next = try request.output("logits").withElements(of: Float.self) { logits in
      let vocabulary = logits.count / sequences.count
      let rows = sequences.indices.map { row in
        UnsafeMutableBufferPointer(rebasing: logits[row * vocabulary..<(row + 1) * vocabulary])
      }
      if isFirst, !words.isEmpty { return range.map { words[$0 % words.count] } }
      // Without a tokenizer the likeliest ones, each once.
      if isFirst, let first = rows.first {
        return Sampling.likeliest(first, count: range.count, after: range.lowerBound)
      }
      // Drawn in turn, and looked up side by side: the same whatever the number of threads.
      let draws = rows.map { _ in random.fraction() }
      let all = LogitRows(rows)
      return ParallelMap.run(rows.count) { Sampling.one(all.rows[$0], draw: draws[$0]) }
    }
    self.random = random
    for (index, token) in next.enumerated() { sequences[index].append(token) }
  }
}

/// Rows that several threads read, lent for as long as they do.
private struct LogitRows: @unchecked Sendable {
  let rows: [UnsafeMutableBufferPointer<Float>]

  init(_ rows: [UnsafeMutableBufferPointer<Float>]) { self.rows = rows }
}
