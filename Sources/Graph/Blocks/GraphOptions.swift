import Tensors

/// What a family's graph is built for.
package struct GraphOptions: Sendable, Hashable {
  /// Which inputs and outputs the graph has.
  package enum Kind: Sendable, Hashable {
    /// Dynamic shapes; keys and values are states of the runtime. What GenAI, OVMS and optimum-intel run.
    case stateful
    /// Fixed shapes, `promptLength` tokens of a prompt after at most `pastLength` others, whose keys and values are
    /// inputs [1, heads, places, head size]; those of the tokens are outputs. `attention_mask` has the places of the past
    /// first, and zeros behind the end of fewer tokens; the logits are those of the last one.
    case prefill(promptLength: Int, pastLength: Int = 0)
    /// Fixed shapes, one token after at most `contextLength` − 1 others; keys and values are inputs, and those of
    /// the new token outputs: [1, heads, places, head size], but the values that are inputs are [1, heads, head size,
    /// places], the order in which they are multiplied.
    case decode(contextLength: Int)
  }

  /// Which part of a graph of fixed shape is meant.
  package enum Part: Sendable, Hashable {
    /// All of it.
    case whole
    /// What follows from tokens, positions and the mask alone, for the CPU: rows of the embedding table, masks, angles. Its
    /// outputs are inputs of `device`, of the same names.
    case host
    /// The layers and the head.
    ///
    /// An NPU's compiler would put the table into its blob, where a token needs one row of it; it makes attention twice as
    /// slow where a mask is computed and not given; and in 16 bits, positions beyond some hundred have no exact angles.
    case device
  }

  /// Whether layers that read the same value (query, key and value; gate and up) become one product.
  package var mergeProjections: Bool
  /// Which inputs and outputs the graph has.
  package var kind: Kind

  /// Which part of a graph of fixed shape is meant.
  package var part: Part
  /// The type of the keys and values that are inputs and outputs of a graph of fixed shape. An NPU computes in 16
  /// bits, and reads the whole cache for every token.
  package var cacheType: ElementType

  /// Whether only NPUs run the graph: masks and transpositions take forms then that an NPU's compiler takes and paged
  /// attention does not recognise.
  package var isForNPU: Bool
  /// Whether graphs for NPUs take two or three heads apart where they are transposed. What the layers are can speak against
  /// it (`Architecture.graph`).
  package var takesHeadsApart = true

  /// Options; a stateful graph with its projections as the checkpoint has them by default.
  package init(
    mergeProjections: Bool = false, kind: Kind = .stateful, part: Part = .whole,
    cacheType: ElementType = .f32, isForNPU: Bool = false
  ) {
    self.mergeProjections = mergeProjections
    self.kind = kind
    self.part = part
    self.cacheType = cacheType
    self.isForNPU = isForNPU
  }
}
