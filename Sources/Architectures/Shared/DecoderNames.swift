/// What a family calls the parts of a decoder in its checkpoints; as Llama does where nothing else is said.
struct DecoderNames: Sendable {
  /// The table of tokens.
  var embedding = "model.embed_tokens"
  /// The layers, whose children are numbered.
  var layers = "model.layers"
  /// In a layer, the norm before attention.
  var attentionNorm = "input_layernorm"
  /// In a layer, the norm before the feed-forward part.
  var feedForwardNorm = "post_attention_layernorm"
  /// The norm after all layers.
  var norm = "model.norm"
  /// The last matrix.
  var head = "lm_head"
}
