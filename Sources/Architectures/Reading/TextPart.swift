import JSON

/// The part of a configuration that describes the language model, where a model also sees or hears.
///
/// Such models keep it in an object of its own. What the text part leaves out stands one level higher, or is what
/// transformers takes for it.
package struct TextPart: Sendable {
  /// The configuration of the language model alone.
  package let config: JSON
  /// Whether the configuration describes more than a language model.
  package let isPart: Bool
  /// Tokens that stand for pictures and sounds, which nothing feeds: they must never be chosen.
  package let placeholders: [Int]

  /// Where models keep the language model's part; the last of them lie in one another.
  private static let members = [
    "text_config", "llm_config", "language_config", "thinker_config", "language_model_config",
  ]

  /// Members whose presence says that a model has other senses, also where its text part has no object of its own.
  private static let senses = ["vision_config", "audio_config", "visual", "vision_tower", "vit_config"]

  /// Text parts that are a known family under another name: what tells them apart only concerns pictures.
  private static let sameAs: [String: String] = [
    "qwen2_vl": "qwen2", "qwen2_vl_text": "qwen2", "qwen2_5_vl": "qwen2", "qwen2_5_vl_text": "qwen2",
    "qwen2_5_omni_text": "qwen2", "qwen2_audio": "qwen2", "qwen3_vl_text": "qwen3",
    "qwen3_vl_moe_text": "qwen3_moe", "qwen3_omni_moe_text": "qwen3_moe", "glm4v_text": "glm4",
    "glm4v_moe_text": "glm4_moe", "paddleocr_vl_text": "llama", "phi3_v": "phi3", "gemma3": "gemma3_text",
    "mistral_text": "mistral", "llava_qwen": "qwen2", "llava_llama": "llama", "llava_mistral": "mistral",
    "ernie4_5_vl_moe_text": "ernie4_5_moe", "kimi_k2": "deepseek_v3",
  ]

  /// What the whole does otherwise than its text part alone would: these two do not scale logits.
  private static let decided: [String: JSONObject] = [
    "aya_vision": ["logit_scale": 1.0], "cohere2_vision": ["logit_scale": 1.0],
  ]

  /// What such a text part does without a key that says so.
  private static let unsaid: [String: JSONObject] = ["qwen3_vl_moe_text": ["norm_topk_prob": true]]

  /// Models whose text part sees a text in both directions, or is fed by the other part in every layer.
  private static let inseparable: [String: String] = [
    "paligemma": "its text part reads a prompt in both directions",
    "mllama": "its text part attends to pictures in layers of its own",
  ]

  /// Keys that the whole model decides where both levels have them.
  private static let ofTheWhole = ["tie_word_embeddings"]
  /// Keys that the text part takes over where it has none.
  private static let inherited = [
    "tie_word_embeddings", "bos_token_id", "eos_token_id", "pad_token_id", "vocab_size",
    "quantization_config",
    "torch_dtype", "dtype", "transformers_version",
  ]

  /// Finds the text part.
  /// - Throws: `ArchitectureError` of code `unsupported` where it is not a language model of its own.
  package init(_ config: JSON) throws(ArchitectureError) {
    let whole = config["model_type"]?.string ?? ""
    if let reason = TextPart.inseparable[whole] {
      throw ArchitectureError(
        .unsupported, "'\(whole)' cannot be baked without its other part: \(reason)")
    }
    var text = config
    while let part = TextPart.members.lazy.compactMap({ text[$0] }).first(where: {
      $0.object?.isEmpty == false
    }) {
      text = TextPart.completed(part, from: text)
    }
    let hasSenses = TextPart.senses.contains { config[$0] != nil }
    isPart = text != config || hasSenses
    placeholders = isPart ? TextPart.placeholders(in: config) : []
    if let type = text["model_type"]?.string, let other = TextPart.sameAs[type], var members = text.object,
      isPart || type != "gemma3"
    {
      // Defaults are those of its own name.
      members = TransformersDefaults.completed(text).object ?? members
      members["model_type"] = .string(other)
      if type == "ernie4_5_vl_moe_text" { TextPart.chooseExpertsOfText(&members) }
      for (key, value) in TextPart.unsaid[type] ?? [:] where members[key] == nil { members[key] = value }
      // GLM 4 itself has heads of 128 where nothing is said; this one divides.
      if type == "glm4v_text", members["head_dim"] == nil, let size = members["hidden_size"]?.int,
        let heads = members["num_attention_heads"]?.int, heads > 0
      {
        members["head_dim"] = .int(size / heads)
      }
      text = .object(members)
    }
    if isPart, var members = text.object {
      TextPart.senses.forEach { members[$0] = nil }
      for (key, value) in TextPart.decided[whole] ?? [:] { members[key] = value }
      text = .object(members)
    }
    self.config = text
  }

  /// Where experts for pictures stand beside those for text, a list has an entry for each kind; text comes first.
  private static func chooseExpertsOfText(_ members: inout JSONObject) {
    let listed = members.filter { $0.key.hasPrefix("moe_") && $0.value.array?.isEmpty == false }
    for (key, value) in listed { members[key] = value.array?.first }
    members["moe_vision_experts"] = members["moe_num_experts"] ?? 64
  }

  private static func completed(_ part: JSON, from whole: JSON) -> JSON {
    var members = part.object ?? [:]
    for key in inherited where members[key] == nil { members[key] = whole[key] }
    for key in ofTheWhole { if let value = whole[key], !value.isNull { members[key] = value } }
    return .object(members)
  }

  /// `image_token_id`, `video_token_index`, `boi_token_id` and their like, of all levels.
  private static func placeholders(in config: JSON) -> [Int] {
    let senses = ["image", "video", "audio", "vision", "img", "boi", "eoi", "boa", "eoa", "speech"]
    var ids: [Int] = []
    func collect(_ object: JSONObject, _ depth: Int) {
      for (key, value) in object {
        if let id = value.int, id >= 0, key.hasSuffix("token_id") || key.hasSuffix("token_index"),
          senses.contains(where: key.hasPrefix), !ids.contains(id)
        {
          ids.append(id)
        }
        if depth < 2, members.contains(key), let inner = value.object { collect(inner, depth + 1) }
      }
    }
    collect(config.object ?? [:], 0)
    return ids
  }
}
