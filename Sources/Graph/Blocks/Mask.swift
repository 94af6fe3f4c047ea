import Tensors

/// Which earlier tokens a token sees, and with what bias.
struct Visibility: Hashable {
  /// How many tokens back, the token itself included; nil for all.
  var window: Int?
  /// The length of the pieces that see only themselves; nil for one piece.
  var chunk: Int?
  /// What each head's scores fall by with every token of distance.
  var slopes: [Float]?
}

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
  /// look, a large negative number elsewhere; [batch, heads, …] where heads have slopes. Made once for each kind and
  /// shared by all layers.
  func mask(_ visibility: Visibility) throws(GraphError) -> Value {
    if let mask = masks[visibility] { return mask }
    let computed = try graph.within("mask") { () throws(GraphError) in
      if case .decode(let contextLength) = options.kind {
        return try singleTokenMask(visibility, contextLength: contextLength)
      }
      let mask = try causalMask(window: visibility.window, chunk: visibility.chunk)
      guard let slopes = visibility.slopes else { return mask }
      return try graph.add(mask, distanceBias(slopes))
    }
    // Zeros and the lowest number of half precision cross exactly in it; what slopes add does not.
    let mask = try prepared("mask", computed, as: visibility.slopes == nil ? .f16 : nil)
    masks[visibility] = mask
    return mask
  }

  /// The exact form that the PagedAttention conversion recognises, with a window or without. A conversion that does
  /// not see the window would silently attend to everything.
  ///
  /// It wants the Select at the end, with which the NPU's compiler fails; so does NPUW where the layers all have
  /// windows and padding joins them as a truth value. A graph for an NPU is made by arithmetic (docs/npu.md has the
  /// smallest graphs that show both).
  private func causalMask(window: Int?, chunk: Int?) throws(GraphError) -> Value {
    let terms = try sharedTerms()
    let yes = try graph.append(Constant(true))
    var near = terms.causal
    if let window {
      let oldest = try graph.add(terms.query, graph.integer(-window))
      let recent = try graph.binary(.greater, terms.key, oldest)
      near = try graph.binary(.bitwiseAnd, graph.binary(.bitwiseAnd, yes, recent), near)
    }
    near = try graph.binary(.bitwiseAnd, window == nil ? yes : graph.append(Constant(true)), near)
    if let chunk { near = try graph.binary(.bitwiseAnd, near, sameChunk(chunk)) }
    guard options.isForNPU else {
      let visible = try graph.binary(.bitwiseAnd, near, terms.padding)
      return try graph.append(
        Select(),
        [graph.broadcast(visible, to: terms.shape), graph.float(0), graph.float(Self.masked)])
    }
    let hasBounds = window != nil || chunk != nil
    let visible =
      hasBounds
      ? try graph.multiply(graph.convert(near, to: .f32), graph.convert(terms.padding, to: .f32))
      : try graph.convert(graph.binary(.bitwiseAnd, near, terms.padding), to: .f32)
    return try additive(graph.broadcast(visible, to: terms.shape))
  }

  /// What is added where a token may not look: the most negative number of half precision. Minus infinity would give
  /// NaN in rows that see nothing.
  private static let masked: Float = -65504

  /// 0 where `visible` is 1, and `masked` where it is 0.
  private func additive(_ visible: Value) throws(GraphError) -> Value {
    try graph.multiply(graph.add(visible, graph.float(-1)), graph.float(-Self.masked))
  }

  /// Whether a key that is not after the query is in the same piece of `chunk` tokens. Pieces begin where a row's text
  /// begins.
  private func sameChunk(_ chunk: Int) throws(GraphError) -> Value {
    let places = try counted(attentionMask)
    // Each [rows, 1, tokens].
    func piece(_ places: Value) throws(GraphError) -> Value {
      try graph.unsqueeze(graph.binary(.divide, places, graph.integer(chunk)), 1)
    }
    let query = try graph.unsqueeze(piece(places.query), 3)
    return try graph.binary(.lessEqual, query, graph.unsqueeze(piece(places.key), 2))
  }

  /// −slope · distance of key and query, f32 [1, heads, queries, keys], in the form in which the PagedAttention
  /// conversion finds slopes: it has one row. Rows that are padded differently still agree about distances, so places
  /// count for all where they are filled in any.
  private func distanceBias(_ slopes: [Float]) throws(GraphError) -> Value {
    let places = try counted(graph.reduce(.max, attentionMask, axis: 0, keepsDimensions: true))
    let difference = try graph.binary(
      .subtract, graph.reshape(places.key, [1, -1]), graph.reshape(places.query, [-1, 1]))
    let distance = try graph.unsqueeze(graph.unary(.abs, graph.convert(difference, to: .f32)), 0)
    let falling = try graph.append(Constant(slopes.map { -$0 }, shape: [slopes.count, 1, 1]))
    let bias = try graph.multiply(falling, distance)
    return try graph.unsqueeze(graph.broadcast(bias, to: graph.integers([slopes.count, 1, 1])), 0)
  }

  /// The places of the new tokens, i64 [rows, tokens], and of all keys, i64 [rows, all tokens], in the text of each row:
  /// only what `filled`, i64 [rows, all tokens], has as 1 counts. A key's index in the cache is not its place where a
  /// prompt is padded on the left, or where the cache has gaps, as the NPU plugin's path keeps one.
  private func counted(_ filled: Value) throws(GraphError) -> (query: Value, key: Value) {
    // A static prefill is filled up behind its end, where padding shifts nothing.
    if case .prefill(let length, let past) = options.kind { return try places(of: length, after: past) }
    let upTo = try graph.append(CumulativeSum(), [filled, graph.integer(1)])
    let key = try graph.binary(.subtract, upTo, graph.integer(1))
    let count = try graph.extentVector(1, of: tokens)
    let first = try graph.binary(.subtract, graph.extentVector(1, of: filled), count)
    let end = try graph.integers([Int(Int32.max)])
    let query = try graph.append(
      Slice(), [key, first, end, graph.integers([1]), graph.integers([1])])
    return (query, key)
  }

  /// The same for a static prefill, whose past holds position i at place i, and whose tokens are where they say.
  private func places(of length: Int, after past: Int) throws(GraphError) -> (query: Value, key: Value) {
    let first = try graph.append(
      Constant(Array(0..<(past == 0 ? length : past)), shape: [1, past == 0 ? length : past]))
    return past == 0 ? (first, first) : (positions, try graph.concat([first, positions], axis: 1))
  }

  private func sharedTerms() throws(GraphError) -> MaskTerms {
    if let maskTerms { return maskTerms }
    let batch = try graph.extentVector(0, of: tokens)
    let query: Value, key: Value, new: Value, all: Value
    // What tells which token comes first, where that is not the places.
    var order: (query: Value, key: Value)?
    if case .prefill(let length, let past) = options.kind {
      let total = past + length
      let rows = try graph.append(Constant(Array(past..<total), shape: [1, 1, length, 1]))
      let columns = try graph.append(Constant(Array(0..<total), shape: [1, 1, 1, total]))
      new = try graph.integers([length])
      if past == 0 {
        (query, key, all) = (rows, columns, new)
      } else {
        // All of the past comes before all of the tokens, however much of it is filled.
        order = (rows, columns)
        let places = try places(of: length, after: past)
        query = try graph.reshape(places.query, [1, 1, length, 1])
        key = try graph.reshape(places.key, [1, 1, 1, total])
        all = try graph.integers([total])
      }
    } else {
      guard let firstPastKeys else {
        throw GraphError(.incomplete, "a mask before the first layer's cache")
      }
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
      query: query, key: key, causal: try graph.binary(.lessEqual, order?.key ?? key, order?.query ?? query),
      padding: try graph.unsqueeze(graph.unsqueeze(real, 1), 1),
      shape: try graph.concat([batch, graph.integers([1]), new, all], axis: 0))
    maskTerms = terms
    return terms
  }

  /// The mask of a static decode graph. Its past holds position i at place i, the new token comes last, and
  /// `attention_mask` says which places are filled.
  private func singleTokenMask(_ visibility: Visibility, contextLength: Int) throws(GraphError) -> Value {
    var visible = try graph.convert(attentionMask, to: .boolean)
    // The last place holds the new token, which always sees itself.
    let places = try graph.append(
      Constant(Array(0..<contextLength - 1) + [Int(Int32.max)], shape: [1, contextLength]))
    if let window = visibility.window {
      let oldest = try graph.add(positions, graph.integer(-window))
      visible = try graph.binary(.bitwiseAnd, graph.binary(.greater, places, oldest), visible)
    }
    if let chunk = visibility.chunk {
      let piece = try graph.binary(.divide, positions, graph.integer(chunk))
      let start = try graph.multiply(piece, graph.integer(chunk))
      visible = try graph.binary(.bitwiseAnd, graph.binary(.lessEqual, start, places), visible)
    }
    let mask = try additive(graph.convert(graph.unsqueeze(graph.unsqueeze(visible, 1), 1), to: .f32))
    guard let slopes = visibility.slopes else { return mask }
    let distance = try graph.binary(
      .subtract, graph.binary(.minimum, places, positions), positions)
    let shaped = try graph.reshape(graph.convert(distance, to: .f32), [1, 1, 1, -1])
    let bias = try graph.append(Constant(slopes, shape: [1, slopes.count, 1, 1]))
    return try graph.add(mask, graph.multiply(shaped, bias))
  }
}
