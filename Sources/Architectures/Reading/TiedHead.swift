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
    (embedding: "word_embeddings.weight", head: "lm_head.weight"),
    (embedding: "model.decoder.embed_tokens.weight", head: "lm_head.weight"),
    (embedding: "backbone.embeddings.weight", head: "lm_head.weight"),
    (embedding: "biogpt.embed_tokens.weight", head: "output_projection.weight"),
  ]

  init(_ config: JSON, _ weights: RenamedWeights, compares: Bool, isKnown: Bool) throws {
    (self.config, self.weights) = (config, weights)
    let said = config["tie_word_embeddings"]?.bool
    let isMeant = said ?? TransformersDefaults.tiesWords(config["model_type"]?.string ?? "")
    if let pair = TiedHead.pairs.first(where: { weights.tensor(named: $0.embedding) != nil }),
      let embedding = weights.tensor(named: pair.embedding)
    {
      try settle(
        embedding, at: pair.embedding, weights.tensor(named: pair.head), said: said, isMeant: isMeant,
        compares: compares,
        isKnown: isKnown)
    } else if isMeant {
      // Of a tied pair only the head is stored. The family knows which of the names is that of its embedding.
      for pair in TiedHead.pairs where weights.tensor(named: pair.head) != nil {
        self.weights.alias(pair.embedding, of: pair.head)
        set(true)
      }
    }
  }

  private mutating func settle(
    _ embedding: any StoredTensor, at place: String, _ head: (any StoredTensor)?, said: Bool?, isMeant: Bool,
    compares: Bool,
    isKnown: Bool
  ) throws {
    guard let head else {
      guard said == nil else { return }
      if !isMeant {
        notes.append(
          "no head is stored, and config.json does not say that it is the embedding: the embedding is used")
      }
      return set(true)
    }
    let compared = isMeant && compares ? try ComparedTensor(embedding, other: head) : nil
    set(compared != nil)
    if let compared { return weights.replace(place, by: compared) }
    guard isMeant else { return }
    notes.append(
      compares || isKnown
        ? "config.json ties the head to the embedding, but another '\(head.name)' is stored: the stored one is used"
        : "config.json ties the head to the embedding, but '\(head.name)' is stored too: the stored one is used"
    )
  }

  private mutating func set(_ isTied: Bool) {
    guard var members = config.object else { return }
    members["tie_word_embeddings"] = .bool(isTied)
    config = .object(members)
  }
}
