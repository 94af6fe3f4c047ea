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
  let plan: WritingPlan
  let workers: Int

  func write(events: @escaping BakeEventHandler, isCancelled: @escaping @Sendable () -> Bool) throws -> [Int]
  {
    let tokenizer = model.files["tokenizer.json"].flatMap { try? Tokenizer(contentsOf: $0) }
    let begin = beginToken(tokenizer)
    let words = Self.firstWords.compactMap { tokenizer?.encode($0, addSpecialTokens: false).first }
    let sequences = try WriterModel(core: core, model: model).run(
      streams: plan.groupsAtOnce(workers: workers), isCancelled: isCancelled
    ) { compiled in
      try write(compiled, begin, words, events, isCancelled)
    }
    events(.calibrationEnd)
    return sequences.flatMap { $0.dropFirst() }
  }

  private func write(
    _ compiled: CompiledModel, _ begin: Int, _ words: [Int], _ events: BakeEventHandler,
    _ isCancelled: () -> Bool
  ) throws -> [[Int]] {
    let groups = plan.groups
    let atOnce = plan.groupsAtOnce(workers: workers)
    var sequences: [[Int]] = []
    for first in stride(from: 0, to: groups.count, by: atOnce) {
      var wave = try (first..<min(first + atOnce, groups.count)).map { group in
        try SequenceGroup(
          compiled, range: groups[group], begin: begin, words: words,
          seed: seed &+ UInt64(group) &* 0x9E37_79B9_7F4A_7C15)
      }
      for _ in 0..<plan.length {
        if isCancelled() { throw CalibrationError.cancelled }
        for index in wave.indices { try wave[index].start() }
        for index in wave.indices { try wave[index].finish() }
        let written = (sequences + wave.flatMap(\.sequences)).reduce(0) { $0 + $1.count - 1 }
        events(.calibrationText(tokens: written, of: plan.sequenceCount * plan.length))
      }
      sequences += wave.flatMap(\.sequences)
    }
    return sequences
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
