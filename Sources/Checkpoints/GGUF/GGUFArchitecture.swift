import JSON
import Tensors

/// How a model family is stored in GGUF, and what it is called at Hugging Face.
///
/// The names on the left are those of the `gguf` Python package's `TENSOR_NAMES`; those on the right are the
/// attributes of the modules in transformers.
struct GGUFArchitecture: Sendable {
  /// What a tensor goes through on its way back.
  indirect enum Step: Sendable {
    /// It is stored as it is.
    case same
    /// Rows were permuted for ggml's rotary embedding; query heads.
    case queryRows
    /// The same for key heads.
    case keyRows
    /// A norm that is stored as 1 + w.
    case minusOne
    /// All experts in one tensor; the name contains `*` for the expert's number.
    case experts
    /// It was transposed.
    case transposed
    /// Query, key and value rows, one after another; interleaved by head in the original (GPT-NeoX).
    case interleavedHeads
    /// One norm for each head; the name contains `*` for the head's number.
    case headNorms
    /// Query, key and value in one; the name contains `*` for the letter of each.
    case separate
    /// A gate, which the original has in one tensor with the `up` of the same layer, the gate first.
    case fusedWithUp
    /// A gate in one tensor with its `up`, rows in turn (gpt-oss); a bias likewise.
    case interleavedWithUp
    /// A batch of matrices, which the original has one under another.
    case stacked
    /// The last two axes were exchanged.
    case exchanged
    /// A vector that the original has as a matrix of one row.
    case row
    /// A vector that is stored with another axis.
    case flattened
    /// The filters of a causal convolution, without the axis of one input channel.
    case filter
    /// The rates of fading, as they are: the original has the logarithm of the negative.
    case decay
    /// Value heads of a delta rule that were sorted by their place in a group instead of by group.
    case untiled(TiledPart)
    /// Strengths and decays of a delta rule by key head, as two; the name contains `*` for the letter of each.
    case mixedStrengths
    /// Queries, keys and values of each group of heads in turn, which were sorted by kind (Falcon).
    case groupedHeads
    /// What makes keys of latent attention, exchanged, in one with what makes values beside it.
    case latentKeys
    /// One step, and another one on its result.
    case then(Step, Step)
    /// It holds no weight, but constants that became part of the configuration.
    case dropped
  }

  /// What of a tensor belongs to value heads.
  enum TiledPart: Sendable {
    /// All rows, as many to a head as its size.
    case rows
    /// One row for each head.
    case heads
    /// The rows behind those of queries and keys.
    case tail
    /// All columns.
    case columns
  }

  /// One tensor's two names, without layer prefix and without `.weight` or `.bias`. A stored name with its ending has a
  /// whole name for its other one.
  struct Name: Sendable {
    let stored: String
    let name: String
    let step: Step

    init(_ stored: String, _ name: String, _ step: Step = .same) {
      self.stored = stored
      self.name = name
      self.step = step
    }
  }

  /// The value of `general.architecture`.
  let name: String
  /// `model_type` of the configuration.
  var modelType: String
  /// Other values that `configure` may put in its place.
  var otherTypes: [String] = []
  /// The class of transformers.
  var className: String
  /// The prefix of a layer's names, before its number.
  var layerPrefix = "model.layers."
  /// Tensors outside of layers.
  var globals: [Name] = commonGlobals
  /// Tensors of a layer.
  var layer: [Name]
  /// Tensors of a layer where they depend on what the file has.
  var ownLayer: (@Sendable (GGUFContext) -> [Name])?
  /// Whether there is no attention, and so a count of 0 heads.
  var hasNoAttention = false
  /// Whether layers may have other numbers of key-value heads, which `configure` reads.
  var hasOwnHeads = false
  /// Tensors that the file keeps in its metadata.
  var literals: @Sendable (GGUFContext) throws -> [any StoredTensor] = { _ in [] }
  /// Adds what is particular to the family to the common configuration.
  var configure: @Sendable (GGUFContext, inout JSONObject) throws -> Void = { _, _ in }

  /// All architectures, for looking up and for messages.
  static let known: [GGUFArchitecture] = [
    apertus, arcee, bitnet, bloom, chatglm, cohere2, commandR, dbrx, deepseek2, dots1, ernie4_5,
    ernie4_5MoE, exaone, exaone4, falcon, falconH1, gemma, gemma2, gemma3, gemma3n, gemma4, glm4, glm4moe,
    gpt2, gptneox, gptOSS, granite, graniteHybrid, graniteMoE, hunyuanDense, hunyuanMoE, internlm2, jais,
    jamba, lfm2, lfm2moe, llama, llama4, mamba, mamba2, minicpm, minicpm3, minimaxM2, mistral3, mpt,
    nemotron, nemotronH, nemotronHMoE, olmo, olmo2, olmoe, orion, phi2, phi3, phimoe, qwen, qwen2,
    qwen2moe, qwen2vl, qwen3, qwen35, qwen35moe, qwen3moe, qwen3next, qwen3vl, qwen3vlmoe, seedOSS,
    smollm3, stablelm, starcoder, starcoder2, xverse,
  ]
}

extension GGUFArchitecture {
  /// Embedding, last norm and head of most families.
  static let commonGlobals = [
    Name("token_embd", "model.embed_tokens"), Name("output_norm", "model.norm"), Name("output", "lm_head"),
    Name("rope_freqs", "", .dropped), Name("rope_factors_long", "", .dropped),
    Name("rope_factors_short", "", .dropped),
  ]

  /// A norm before each branch, of which the second is stored as one after attention.
  static let windowedNorms = [
    Name("attn_norm", "input_layernorm"), Name("post_attention_norm", "post_attention_layernorm"),
  ]

  /// The attention projections of most families.
  static func attention(permuted: Bool) -> [Name] {
    [
      Name("attn_q", "self_attn.q_proj", permuted ? .queryRows : .same),
      Name("attn_k", "self_attn.k_proj", permuted ? .keyRows : .same),
      Name("attn_v", "self_attn.v_proj"), Name("attn_output", "self_attn.o_proj"),
      Name("attn_q_norm", "self_attn.q_norm"), Name("attn_k_norm", "self_attn.k_norm"),
      Name("rope_freqs", "", .dropped),
    ]
  }

  /// The gated feed-forward block of most families.
  static let gatedMLP = [
    Name("ffn_gate", "mlp.gate_proj"), Name("ffn_up", "mlp.up_proj"), Name("ffn_down", "mlp.down_proj"),
  ]

  /// Norms after the two branches, none before them.
  static let postNorms = [
    Name("post_attention_norm", "post_attention_layernorm"),
    Name("post_ffw_norm", "post_feedforward_layernorm"),
  ]

  /// The two norms of most families.
  static let preNorms = [
    Name("attn_norm", "input_layernorm"), Name("ffn_norm", "post_attention_layernorm"),
  ]
}
