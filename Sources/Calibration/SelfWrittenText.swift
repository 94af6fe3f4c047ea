import Baking
import Files
import Foundation
import JSON
import OpenVINO
import Tokenization

/// Text that the model writes by itself: no data set, no network, and in the words that it uses.
///
/// Sequences begin as documents do, each with another first word, and go on by sampling at temperature 1. The same source
/// and seed give the same text: every group of sequences is computed by one thread.
struct SelfWrittenText {
  /// What documents begin with: prose, lists, markup and programs. A model that is trained on one document after another
  /// has hardly learnt what the first word is; left to itself it begins in the middle of a sentence and goes on as oddly,
  /// and what is rounded by such a text loses more (SmolLM2, groups of 64: divergence 0.120 against 0.103).
  private static let firstWords = [
    "The", "In", "A", "I", "How", "What", "This", "When", "If", "It", "We", "For", "#", "<", "import", "{",
  ]

  let core: Core
  let model: CalibrationSubject
  let seed: UInt64
  /// Tokens of a sequence, the first of which is dropped.
  let length: Int
  let count: Int
  let workers: Int

  /// Sequences that are written by one thread side by side.
  private static let groupSize = 8
  static let folderName = "writer"

  func write(events: @escaping BakeEventHandler, isCancelled: @escaping @Sendable () -> Bool) throws -> [Int]
  {
    let folder = model.workFolder.appending(path: Self.folderName)
    defer { Removal.quietly(folder.path) }
    try bake(to: folder, isCancelled)
    let compiled = try core.compile(
      core.readModel(folder.appending(path: "openvino_model.xml").path), for: "CPU",
      properties: [
        "INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
        "NUM_STREAMS": .integer(workers), "INFERENCE_NUM_THREADS": .integer(workers),
        "ENABLE_CPU_PINNING": false,
      ])
    let tokenizer = model.files["tokenizer.json"].flatMap { try? Tokenizer(contentsOf: $0) }
    let begin = beginToken(tokenizer)
    let words = Self.firstWords.compactMap { tokenizer?.encode($0, addSpecialTokens: false).first }
    let groups = (count + Self.groupSize - 1) / Self.groupSize
    var sequences: [[Int]] = []
    for first in stride(from: 0, to: groups, by: max(1, workers)) {
      var wave = try (first..<min(first + workers, groups)).map { group in
        let first = group * Self.groupSize
        return try SequenceGroup(
          compiled, range: first..<min(first + Self.groupSize, count), begin: begin, words: words,
          seed: seed &+ UInt64(group) &* 0x9E37_79B9_7F4A_7C15)
      }
      for step in 0..<length {
        if isCancelled() { throw CalibrationError.cancelled }
        for index in wave.indices { try wave[index].start() }
        for index in wave.indices { try wave[index].finish() }
        events(
          .calibrationText(
            tokens: (first * length + (step + 1) * wave.count) * Self.groupSize, of: count * length))
      }
      sequences += wave.flatMap(\.sequences)
    }
    events(.calibrationEnd)
    return sequences.flatMap { $0.dropFirst() }
  }

  private func bake(to folder: URL, _ isCancelled: @escaping @Sendable () -> Bool) throws {
    var options = model.options
    options.destination = folder
    options.recipe = RecipeRequest()
    options.recipe.weightFormat = .kept
    options.staticShapes = nil
    options.mergesProjections = false
    options.resumes = false
    options.replacesDestination = true
    options.isStrictAboutTokenizer = false
    options.needsTokenizer = false
    options.calibrator = nil
    try Folders.make(model.workFolder.path)
    _ = try Bake(options).run(isCancelled: isCancelled)
  }

  /// The token that a document begins with: what the tokenizer puts before every text, else what stands between documents
  /// where a model was trained on many in a row, else what the configuration says. A model that was taught to chat often
  /// has a token there that begins a turn, after which it writes names of speakers.
  private func beginToken(_ tokenizer: Tokenizer?) -> Int {
    if let tokenizer {
      if let first = tokenizer.encode("", addSpecialTokens: true).first { return first }
      if let between = tokenizer.id(of: "<|endoftext|>") { return between }
    }
    for name in ["config.json", "generation_config.json"] {
      guard let bytes = model.files[name],
        let json = try? JSON(parsing: String(decoding: bytes, as: UTF8.self))
      else { continue }
      for key in ["bos_token_id", "eos_token_id", "decoder_start_token_id"] {
        if let token = json[key]?.int ?? json[key]?.array?.first?.int, token >= 0 { return token }
      }
    }
    return 0
  }
}

/// Some sequences that are written side by side.
private struct SequenceGroup {
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
      return rows.map { Sampling.one($0, &random) }
    }
    self.random = random
    for (index, token) in next.enumerated() { sequences[index].append(token) }
  }
}
