import Errors
import Tensors

/// Builds the graph of a decoder-only language model: holds the inputs, the masks and the positions that all layers
/// share, and finishes the graph with the outputs that runtimes expect.
///
/// The names of inputs, outputs and states are a contract with OpenVINO GenAI, OVMS, optimum-intel and the NPU
/// plugin, which all look them up.
package final class DecoderBuilder {
  /// The graph that grows.
  package let graph = Graph()
  /// What it is built for.
  package let options: GraphOptions
  /// The tokens, i64 [batch, tokens].
  package let tokens: Value
  /// 1 for each token that counts and 0 for padding, i64 [batch, past and new tokens].
  package let attentionMask: Value
  /// The position of each token, i64 [batch, tokens].
  package let positions: Value
  /// Which row of the batch each row continues, i32 [batch]; nil in static graphs.
  let beams: Value?

  var rotaryTables: [RotaryEmbedding: RotaryTables] = [:]
  var masks: [Visibility: Value] = [:]
  var temperatures: [QueryTemperature: Value] = [:]
  /// What the host prepares for the device, by the name of the output and input; and how many there are of each kind.
  private var preparedOutputs: [Graph.Output] = []
  private var preparedCounts: [String: Int] = [:]
  /// Whether some layers keep a state of fixed size.
  let isRecurrent: Bool
  /// How many states of each kind there are so far.
  var stateCounts: [RecurrentState.Kind: Int] = [:]
  /// The keys and values of each layer that has a cache, for layers that read another's.
  var caches: [Int: CachedPair] = [:]
  /// How many layers have a cache so far.
  var cacheCount = 0
  /// 1 for each new token and 0 for padding, f32 [batch, tokens, 1].
  var padding: Value?
  /// The keys of the first layer before this run, from whose length all masks are made.
  var firstPastKeys: Value?
  var maskTerms: MaskTerms?

  /// Begins a graph with its inputs.
  /// - Parameter isRecurrent: whether some layers keep a state of fixed size; such a graph has no fixed shapes.
  package init(_ options: GraphOptions, isRecurrent: Bool = false) throws(GraphError) {
    guard options.kind == .stateful || !isRecurrent else {
      throw GraphError(
        .unsupported,
        wording:
          "layers of this model keep a recurrent state, which graphs of fixed shapes (\(setting: .staticShapes)) cannot: "
          + "a prompt that is filled up would become a part of it")
    }
    self.options = options
    self.isRecurrent = isRecurrent
    let (new, total): (Dimension, Dimension)
    switch options.kind {
    case .stateful: (new, total) = (.dynamic, .dynamic)
    case .prefill(let length, let past): (new, total) = (.fixed(length), .fixed(past + length))
    case .decode(let length): (new, total) = (1, .fixed(length))
    }
    let isDynamic = options.kind == .stateful
    let batch: Dimension = isDynamic ? .dynamic : 1
    tokens = try graph.append(Parameter(.i64, [batch, new]), name: "input_ids")
    attentionMask = try graph.append(Parameter(.i64, [batch, total]), name: "attention_mask")
    positions = try graph.append(Parameter(.i64, [batch, new]), name: "position_ids")
    beams = isDynamic ? try graph.append(Parameter(.i32, [batch]), name: "beam_idx") : nil
  }

  /// The rows of the table [vocabulary, hidden] that the tokens name: [batch, tokens, hidden].
  package func embed(_ table: Weight, name: String) throws(GraphError) -> Value {
    let matrix = try graph.weight(table, role: .embedding, name: name)
    return try prepared("inputs_embeds", graph.gather(matrix, tokens, axis: 0))
  }

  /// What follows from tokens, positions and the mask alone. Where a graph of fixed shape is made in two parts, it is an
  /// output of the host's and an input of the device's.
  /// - Parameters:
  ///   - kind: what it is; the second of a kind gets a number behind it.
  ///   - type: the type in which it crosses, its own if nil.
  package func prepared(
    _ kind: String, _ value: Value, as type: ElementType? = nil
  ) throws(GraphError) -> Value {
    guard options.part != .whole else { return value }
    let count = preparedCounts[kind, default: 0]
    preparedCounts[kind] = count + 1
    let name = count == 0 ? kind : "\(kind)_\(count)"
    let type = type ?? value.type.elementType
    if options.part == .host {
      let given = type == value.type.elementType ? value : try graph.convert(value, to: type)
      preparedOutputs.append(Graph.Output(name: name, value: given))
      return value
    }
    let taken = try graph.within("") { () throws(GraphError) in
      try graph.append(Parameter(type, value.shape), name: name)
    }
    return type == value.type.elementType ? taken : try graph.convert(taken, to: value.type.elementType)
  }

  /// The rows of a table [positions, hidden] of learned positions, at each token's position plus `offset`.
  package func embedPositions(_ table: Weight, name: String, offset: Int = 0) throws(GraphError) -> Value {
    let matrix = try graph.weight(table, role: .table, name: name)
    let places = offset == 0 ? positions : try graph.add(positions, graph.integer(offset))
    return try prepared("position_embeds", graph.gather(matrix, places, axis: 0))
  }

  /// Cosines and sines for these rotary positions, made once for all layers that share them.
  package func rotary(_ rotary: RotaryEmbedding) throws(GraphError) -> RotaryTables {
    if let tables = rotaryTables[rotary] { return tables }
    let computed = try graph.within("rotary_emb") { () throws(GraphError) in
      try graph.rotaryTables(rotary, positions: positions)
    }
    let tables = RotaryTables(
      cosines: try prepared("cosines", computed.cosines), sines: try prepared("sines", computed.sines),
      dimension: computed.dimension)
    rotaryTables[rotary] = tables
    return tables
  }

  /// Turns the last hidden states [batch, tokens, hidden] into logits [batch, tokens, vocabulary] and finishes the
  /// graph. A static prefill has the logits of the prompt's last token only: [1, 1, vocabulary].
  /// - Parameters:
  ///   - head: the last matrix.
  ///   - sharedName: the name of the embedding's weight where the head is tied to it.
  ///   - softcap: logits are limited smoothly to ± this (`final_logit_softcapping`).
  package func finish(
    _ hidden: Value, head: Linear, sharedName: String? = nil, softcap: Float? = nil
  ) throws(GraphError) -> Graph {
    let needed = try lastOfPrompt(hidden)
    var logits = try graph.linear(needed, head, role: .head, sharedName: sharedName)
    if let softcap {
      // A division, and not the multiplication by 1/c: consumers find the head by this shape.
      let limited = try graph.unary(.tanh, graph.binary(.divide, logits, graph.float(softcap)))
      logits = try graph.multiply(limited, graph.float(softcap))
    }
    guard options.part != .host else {
      for output in preparedOutputs { graph.addOutput(output.name, output.value) }
      return try graph.pruned()
    }
    graph.addOutput("logits", logits)
    for output in cacheOutputs { graph.addOutput(output.name, output.value) }
    return options.part == .whole ? graph : try graph.pruned()
  }

  /// A prompt that is shorter than a static graph is filled up behind its end, so that every row sees at least one
  /// token. `attention_mask` tells where it ends.
  private func lastOfPrompt(_ hidden: Value) throws(GraphError) -> Value {
    guard case .prefill(let length, let past) = options.kind else { return hidden }
    return try graph.within("last_token") { () throws(GraphError) in
      let filled =
        past == 0 ? attentionMask : try graph.slice(attentionMask, from: past, to: past + length, axis: 1)
      let count = try graph.reduce(.sum, filled, axis: 1, keepsDimensions: false)
      let last = try prepared("last_token", graph.add(count, graph.integer(-1)))
      return try graph.gather(hidden, last, axis: 1)
    }
  }

  /// The outputs of static graphs besides the logits.
  var cacheOutputs: [Graph.Output] = []
}
