import JSON
import Tensors

/// Whether a model's head is its embedding, decided by what is stored.
///
/// `tie_word_embeddings` says what was meant. A head that is stored all the same and is another matrix counts, as in
/// transformers since 5.5; of a tied pair either one may be missing.
struct TiedHead {
  /// The configuration, with `tie_word_embeddings` as it is.
  private(set) var config: JSON
  private(set) var weights: RenamedWeights
  private(set) var notes: [String] = []

  /// Where families keep embedding and head.
  private static let pairs = [
    (embedding: "model.embed_tokens.weight", head: "lm_head.weight"),
    (embedding: "transformer.wte.weight", head: "lm_head.weight"),
    (embedding: "wte.weight", head: "lm_head.weight"),
    (embedding: "model.tok_embeddings.weight", head: "output.weight"),
    (embedding: "gpt_neox.embed_in.weight", head: "embed_out.weight"),
    (embedding: "transformer.word_embeddings.weight", head: "lm_head.weight"),
    (embedding: "model.decoder.embed_tokens.weight", head: "lm_head.weight"),
    (embedding: "backbone.embeddings.weight", head: "lm_head.weight"),
    (embedding: "biogpt.embed_tokens.weight", head: "output_projection.weight"),
  ]

  init(_ config: JSON, _ weights: RenamedWeights, readsNumbers: Bool) throws {
    (self.config, self.weights) = (config, weights)
    let said = config["tie_word_embeddings"]?.bool
    let isMeant = said ?? TransformersDefaults.tiesWords(config["model_type"]?.string ?? "")
    func has(_ name: String) -> Bool { weights.tensor(named: name) != nil }
    // Several families call their head the same: it is the embedding that tells them apart.
    guard
      let pair = TiedHead.pairs.first(where: { has($0.embedding) })
        ?? TiedHead.pairs.first(where: { has($0.head) })
    else { return }
    switch (weights.tensor(named: pair.embedding), weights.tensor(named: pair.head)) {
    case (let embedding?, let head?):
      let isTied = try isMeant && readsNumbers && TiedHead.areEqual(embedding, head)
      set(isTied)
      guard isMeant, !isTied else { return }
      notes.append(
        "config.json ties the head to the embedding, but another '\(head.name)' is stored: the stored one is used"
      )
    case (_?, nil):
      if said == nil { set(true) }
    case (nil, _):
      guard isMeant else { return }
      self.weights.alias(pair.embedding, of: pair.head)
      set(true)
    }
  }

  private mutating func set(_ isTied: Bool) {
    guard var members = config.object else { return }
    members["tie_word_embeddings"] = .bool(isTied)
    config = .object(members)
  }

  /// Whether two matrices hold the same numbers; read in pieces, up to the first difference.
  private static func areEqual(_ one: any StoredTensor, _ other: any StoredTensor) throws -> Bool {
    guard one.shape == other.shape, one.formatName == other.formatName else { return false }
    let columns = one.shape.columns
    let step = max(1, (1 << 18) / max(columns, 1))
    var (left, right) = ([Float](), [Float]())
    let scratch = ScratchBuffer()
    for start in stride(from: 0, to: one.shape.rows, by: step) {
      let rows = start..<min(start + step, one.shape.rows)
      left = Array(repeating: 0, count: rows.count * columns)
      right = left
      try left.withUnsafeMutableBufferPointer { try one.readRows(rows, into: $0, scratch: scratch) }
      try right.withUnsafeMutableBufferPointer { try other.readRows(rows, into: $0, scratch: scratch) }
      guard left == right else { return false }
    }
    return true
  }
}
