import Tensors

extension DecoderBuilder {
  /// What all masks of a graph are made of, each of rank 4: [1 or batch, 1, new tokens or 1, all tokens or 1].
  struct MaskTerms {
    /// The place of each new token, i64 [1, 1, tokens, 1].
    var query: Value
    /// The place of each key, i64 [1, 1, 1, all tokens].
    var key: Value
    /// Whether the key is not after the query.
    var causal: Value
    /// Whether the key is not padding, [batch, 1, 1, all tokens].
    var padding: Value
    /// The shape of a mask.
    var shape: Value
  }

  /// The mask that is added to attention scores, f32 [batch, 1, tokens, past and new tokens]: 0 where a token may
  /// look, a large negative number elsewhere. Made once for each window and shared by all layers.
  /// - Parameter window: how many tokens back a token sees, itself included; nil for all.
  func mask(window: Int?) throws(GraphError) -> Value {
    if let mask = masks[window] { return mask }
    let mask = try graph.within("mask") { () throws(GraphError) in
      if case .decode(let contextLength) = options.kind {
        return try singleTokenMask(window: window, contextLength: contextLength)
      }
      return try causalMask(window: window)
    }
    masks[window] = mask
    return mask
  }

  /// The exact form that the PagedAttention conversion recognises, with a window or without. A conversion that does
  /// not see the window would silently attend to everything.
  private func causalMask(window: Int?) throws(GraphError) -> Value {
    let terms = try sharedTerms()
    let yes = try graph.append(Constant(true))
    var visible: Value
    if let window {
      let oldest = try graph.add(terms.query, graph.integer(-window))
      let recent = try graph.binary(.greater, terms.key, oldest)
      visible = try graph.binary(.bitwiseAnd, graph.binary(.bitwiseAnd, yes, recent), terms.causal)
      visible = try graph.binary(.bitwiseAnd, graph.append(Constant(true)), visible)
    } else {
      visible = try graph.binary(.bitwiseAnd, yes, terms.causal)
    }
    visible = try graph.binary(.bitwiseAnd, visible, terms.padding)
    return try additive(graph.broadcast(visible, to: terms.shape))
  }

  /// 0 where `visible` and the most negative half-precision number elsewhere. Minus infinity would give NaN in
  /// rows that see nothing.
  private func additive(_ visible: Value) throws(GraphError) -> Value {
    try graph.append(Select(), [visible, graph.float(0), graph.float(-65504)])
  }

  private func sharedTerms() throws(GraphError) -> MaskTerms {
    if let maskTerms { return maskTerms }
    let batch = try graph.extentVector(0, of: tokens)
    let query: Value, key: Value, new: Value, all: Value
    if case .prefill(let length) = options.kind {
      let places = Array(0..<length)
      query = try graph.append(Constant(places, shape: [1, 1, length, 1]))
      key = try graph.append(Constant(places, shape: [1, 1, 1, length]))
      new = try graph.integers([length])
      all = new
    } else {
      guard let firstPastKeys else { throw GraphError(.incomplete, "a mask before the first layer's cache") }
      let past = try graph.extent(2, of: firstPastKeys)
      let count = try graph.extent(1, of: tokens)
      // The NPU plugin finds the length of the past as the first operand of this sum.
      let total = try graph.add(past, count)
      let one = try graph.integer(1)
      let newPlaces = try graph.append(IntegerRange(), [past, total, one])
      let allPlaces = try graph.append(IntegerRange(), [graph.integer(0), total, one])
      query = try graph.unsqueeze(graph.unsqueeze(graph.unsqueeze(newPlaces, 0), 1), 3)
      key = try graph.unsqueeze(graph.unsqueeze(graph.unsqueeze(allPlaces, 0), 1), 2)
      new = try graph.unsqueeze(count, 0)
      all = try graph.unsqueeze(total, 0)
    }
    let real = try graph.convert(attentionMask, to: .boolean)
    let terms = MaskTerms(
      query: query, key: key, causal: try graph.binary(.lessEqual, key, query),
      padding: try graph.unsqueeze(graph.unsqueeze(real, 1), 1),
      shape: try graph.concat([batch, graph.integers([1]), new, all], axis: 0))
    maskTerms = terms
    return terms
  }

  /// The mask of a static decode graph. Its past holds position i at place i, the new token comes last, and
  /// `attention_mask` says which places are filled.
  private func singleTokenMask(window: Int?, contextLength: Int) throws(GraphError) -> Value {
    var visible = try graph.convert(attentionMask, to: .boolean)
    if let window {
      // The last place holds the new token, which always sees itself.
      let places = Array(0..<contextLength - 1) + [Int(Int32.max)]
      let oldest = try graph.add(positions, graph.integer(-window))
      let recent = try graph.binary(
        .greater, graph.append(Constant(places, shape: [1, contextLength])), oldest)
      visible = try graph.binary(.bitwiseAnd, recent, visible)
    }
    return try additive(graph.unsqueeze(graph.unsqueeze(visible, 1), 1))
  }
}
