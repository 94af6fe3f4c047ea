/// What a family's graph is built for.
public struct GraphOptions: Sendable, Hashable {
  /// Which inputs and outputs the graph has.
  public enum Kind: Sendable, Hashable {
    /// Dynamic shapes; keys and values are states of the runtime. What GenAI, OVMS and optimum-intel run.
    case stateful
    /// Fixed shapes, a whole prompt of `promptLength` tokens; keys and values are outputs. A shorter prompt has zeros
    /// behind its end in `attention_mask`; the logits are those of its last token.
    case prefill(promptLength: Int)
    /// Fixed shapes, one token after at most `contextLength` − 1 others; keys and values are inputs, and those of
    /// the new token outputs.
    case decode(contextLength: Int)
  }

  /// Whether layers that read the same value (query, key and value; gate and up) become one product.
  public var mergeProjections: Bool
  /// Which inputs and outputs the graph has.
  public var kind: Kind

  /// Options; a stateful graph with its projections as the checkpoint has them by default.
  public init(mergeProjections: Bool = false, kind: Kind = .stateful) {
    self.mergeProjections = mergeProjections
    self.kind = kind
  }
}
