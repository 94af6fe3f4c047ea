import Tensors

extension DecoderBuilder {
  /// Keys and values of one layer.
  struct CachedPair {
    /// [batch, heads, past and new tokens, head size].
    var keys: Value
    /// The same; in a decode graph [1, heads, head size, past and new tokens].
    var values: Value
  }

  /// Appends the new keys and values [batch, heads, tokens, head size] of a layer to those of earlier runs.
  func cached(keys: Value, values: Value, layer: Int) throws(GraphError) -> CachedPair {
    // Beside recurrent states, caches are counted by themselves and have other names.
    let number = isRecurrent ? cacheCount : layer
    cacheCount += 1
    return CachedPair(
      keys: try cached(keys, kind: "key", layer: number),
      values: try cached(values, kind: "value", layer: number))
  }

  private func cached(_ new: Value, kind: String, layer: Int) throws(GraphError) -> Value {
    let past = isRecurrent ? "cache_params.past.\(kind).\(layer)" : "past_key_values.\(layer).\(kind)"
    let present = isRecurrent ? "cache_params.present.\(kind).\(layer)" : "present.\(layer).\(kind)"
    switch options.kind {
    case .stateful: return try cachedAsState(new, id: past + present, kind: kind)
    case .prefill(_, let pastLength):
      try addCacheOutput(present, new)
      return pastLength == 0 ? new : try appended(new, to: past, places: pastLength, axis: 2)
    case .decode(let contextLength):
      try addCacheOutput(present, new)
      return try appended(new, to: past, places: contextLength - 1, axis: kind == "value" ? 3 : 2)
    }
  }

  private func addCacheOutput(_ name: String, _ value: Value) throws(GraphError) {
    let value = options.cacheType == .f32 ? value : try graph.convert(value, to: options.cacheType)
    cacheOutputs.append(Graph.Output(name: name, value: value))
  }

  /// The cache of fixed length that is the input `past`, with a new column behind it.
  private func appended(
    _ new: Value, to past: String, places: Int, axis: Int
  ) throws(GraphError) -> Value {
    let column = axis == 3 ? try graph.transpose(new, [0, 1, 3, 2]) : new
    var shape = column.shape
    shape[axis] = .fixed(places)
    let old = try graph.within("") { () throws(GraphError) in
      try graph.append(Parameter(options.cacheType, shape), name: past)
    }
    let floats = options.cacheType == .f32 ? old : try graph.convert(old, to: .f32)
    return try graph.concat([floats, column], axis: axis)
  }

  /// ReadValue → Gather by beam → Concat → Assign, the chain that the plugins take for a cache.
  private func cachedAsState(_ new: Value, id: String, kind: String) throws(GraphError) -> Value {
    guard let beams, let heads = new.shape[1].fixed, let size = new.shape[3].fixed else {
      throw GraphError(.badInput, "a cache needs a fixed number of heads of fixed size, not \(new.shape)")
    }
    let variable = Variable(
      id: id, elementType: .f32, shape: [.dynamic, .fixed(heads), .dynamic, .fixed(size)])
    let batch = try graph.extentVector(0, of: tokens)
    let shape = try graph.concat(
      [batch, graph.integers([heads]), graph.integers([0]), graph.integers([size])], axis: 0)
    let empty = try graph.broadcast(graph.float(0), to: shape)
    let read = try graph.append(ReadValue(variable: variable), [empty], name: "ReadValue_" + kind)
    let past = try graph.gather(read, beams, axis: 0)
    if firstPastKeys == nil { firstPastKeys = past }
    let all = try graph.concat([past, new], axis: 2)
    try graph.append(Assign(variable: variable), [all], name: "Assign_" + kind)
    return all
  }
}
