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
  /// The tokens, i64 [batch, tokens]; nil in graphs that take embeddings.
  let tokens: Value?
  /// 1 for each token that counts and 0 for padding, i64 [batch, past and new tokens].
  package let attentionMask: Value
  /// The position of each token, i64 [batch, tokens].
  package let positions: Value
  /// Which row of the batch each row continues, i32 [batch]; nil in static graphs.
  let beams: Value?

  var rotaryTables: [RotaryEmbedding: RotaryTables] = [:]
  var masks: [Visibility: Value] = [:]
  var temperatures: [QueryTemperature: Value] = [:]
  /// The table that `embed` was given.
  private var embedding: (table: Weight, name: String)?
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
    case .stateful, .embedding: (new, total) = (.dynamic, .dynamic)
    case .prefill(let length, let past): (new, total) = (.fixed(length), .fixed(past + length))
    case .decode(let length): (new, total) = (1, .fixed(length))
    }
    let isDynamic = options.kind == .stateful || options.kind == .embedding
    let batch: Dimension = isDynamic ? .dynamic : 1
    tokens =
      isDynamic || options.embedsTokens
      ? try graph.append(Parameter(.i64, [batch, new]), name: "input_ids") : nil
    attentionMask = try graph.append(Parameter(.i64, [batch, total]), name: "attention_mask")
    positions = try graph.append(Parameter(.i64, [batch, new]), name: "position_ids")
    beams = isDynamic ? try graph.append(Parameter(.i32, [batch]), name: "beam_idx") : nil
  }

  /// The rows of the table [vocabulary, hidden] that the tokens name: [batch, tokens, hidden].
  package func embed(_ table: Weight, name: String) throws(GraphError) -> Value {
    embedding = (table, name)
    guard let tokens else {
      let shape = PartialShape(positions.shape.dimensions + [.fixed(table.shape.columns)])
      return try graph.within("") { () throws(GraphError) in
        try graph.append(Parameter(.f32, shape), name: Self.embeddingsName)
      }
    }
    let matrix = try graph.weight(table, role: .embedding, name: name)
    return try graph.gather(matrix, tokens, axis: 0)
  }

  /// The tokens, for parts that need more of them than their embeddings.
  /// - Throws: `GraphError` in a graph that takes embeddings.
  package func requiredTokens() throws(GraphError) -> Value {
    guard let tokens else {
      throw GraphError(
        .unsupported,
        wording:
          "this model needs the tokens themselves, which graphs of fixed shapes (\(setting: .staticShapes)) do not get"
      )
    }
    return tokens
  }

  /// What the embeddings of tokens are called where they are an input or an output.
  static let embeddingsName = "inputs_embeds"

  /// The rows of a table [positions, hidden] of learned positions, at each token's position plus `offset`.
  package func embedPositions(_ table: Weight, name: String, offset: Int = 0) throws(GraphError) -> Value {
    let matrix = try graph.weight(table, role: .table, name: name)
    let places = offset == 0 ? positions : try graph.add(positions, graph.integer(offset))
    return try graph.gather(matrix, places, axis: 0)
  }

  /// Cosines and sines for these rotary positions, made once for all layers that share them.
  package func rotary(_ rotary: RotaryEmbedding) throws(GraphError) -> RotaryTables {
    if let tables = rotaryTables[rotary] { return tables }
    let tables = try graph.within("rotary_emb") { () throws(GraphError) in
      try graph.rotaryTables(rotary, positions: positions)
    }
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
    if options.kind == .embedding { return try embeddingGraph() }
    let needed = try lastOfPrompt(hidden)
    var logits = try graph.linear(needed, head, role: .head, sharedName: sharedName)
    if let softcap {
      // A division, and not the multiplication by 1/c: consumers find the head by this shape.
      let limited = try graph.unary(.tanh, graph.binary(.divide, logits, graph.float(softcap)))
      logits = try graph.multiply(limited, graph.float(softcap))
    }
    graph.addOutput("logits", logits)
    for output in cacheOutputs { graph.addOutput(output.name, output.value) }
    return graph
  }

  /// The look-up by itself: what else was built is left behind.
  private func embeddingGraph() throws(GraphError) -> Graph {
    guard let embedding else { throw GraphError(.incomplete, "a model without an embedding of its tokens") }
    let graph = Graph()
    let tokens = try graph.append(Parameter(.i64, [.dynamic, .dynamic]), name: "input_ids")
    let matrix = try graph.weight(embedding.table, role: .embedding, name: embedding.name)
    graph.addOutput(Self.embeddingsName, try graph.gather(matrix, tokens, axis: 0))
    return graph
  }

  /// A prompt that is shorter than a static graph is filled up behind its end, so that every row sees at least one
  /// token. `attention_mask` tells where it ends.
  private func lastOfPrompt(_ hidden: Value) throws(GraphError) -> Value {
    guard case .prefill(let length, let past) = options.kind else { return hidden }
    return try graph.within("last_token") { () throws(GraphError) in
      let filled =
        past == 0 ? attentionMask : try graph.slice(attentionMask, from: past, to: past + length, axis: 1)
      let count = try graph.reduce(.sum, filled, axis: 1, keepsDimensions: false)
      return try graph.gather(hidden, graph.add(count, graph.integer(-1)), axis: 1)
    }
  }

  /// The outputs of static graphs besides the logits.
  var cacheOutputs: [Graph.Output] = []
}
