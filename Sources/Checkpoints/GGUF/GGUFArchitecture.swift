import JSON
import Tensors

/// How a model family is stored in GGUF, and what it is called at Hugging Face.
///
/// The names on the left are those of the `gguf` Python package's `TENSOR_NAMES`; those on the right are the
/// attributes of the modules in transformers.
struct GGUFArchitecture: Sendable {
  /// What a tensor goes through on its way back.
  enum Step: Sendable {
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
    /// A vector that the original has as a matrix of one row.
    case row
    /// It holds no weight, but constants that became part of the configuration.
    case dropped
  }

  /// One tensor's two names, without layer prefix and without `.weight` or `.bias`.
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
  /// The class of transformers.
  var className: String
  /// The prefix of a layer's names, before its number.
  var layerPrefix = "model.layers."
  /// Tensors outside of layers.
  var globals: [Name] = commonGlobals
  /// Tensors of a layer.
  var layer: [Name]
  /// Adds what is particular to the family to the common configuration.
  var configure: @Sendable (GGUFContext, inout JSONObject) throws -> Void = { _, _ in }

  /// All architectures, for looking up and for messages.
  static let known: [GGUFArchitecture] = [
    commandR, ernie4_5, exaone4, gemma, gemma2, gemma3, glm4, gpt2, gptneox, granite, graniteMoE,
    hunyuanDense,
    internlm2, llama, minicpm, olmo, olmo2, phi2, phi3, qwen2, qwen2moe, qwen3, qwen3moe, smollm3, stablelm,
    starcoder2,
  ]
}

extension GGUFArchitecture {
  /// Embedding, last norm and head of most families.
  static let commonGlobals = [
    Name("token_embd", "model.embed_tokens"), Name("output_norm", "model.norm"), Name("output", "lm_head"),
    Name("rope_freqs", "", .dropped), Name("rope_factors_long", "", .dropped),
    Name("rope_factors_short", "", .dropped),
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

  /// The two norms of most families.
  static let preNorms = [
    Name("attn_norm", "input_layernorm"), Name("ffn_norm", "post_attention_layernorm"),
  ]
}
