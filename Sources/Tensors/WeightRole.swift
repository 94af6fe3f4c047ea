/// What a weight is used for, on which depends how many bits it gets.
public enum WeightRole: String, Sendable, Hashable, CaseIterable {
  /// A matrix [out, in] of a linear layer.
  case linear
  /// The matrices of all experts of a layer, [experts, out, in].
  case expert
  /// The table [vocabulary, hidden] of which each token takes a row.
  case embedding
  /// The last matrix [vocabulary, hidden], which gives the logits.
  case head
  /// A small matrix that decides much: what chooses experts, what sets the pace of a memory.
  case router
  /// The scale or shift of a normalisation.
  case norm
  /// What a linear layer adds.
  case bias
  /// A table that is computed or looked up and kept in full precision: rotary frequencies, learned positions.
  case table

  /// Whether it is read element by element: small, and kept in full precision.
  public var isVector: Bool {
    switch self {
    case .norm, .bias, .table: true
    case .linear, .expert, .embedding, .head, .router: false
    }
  }
}
