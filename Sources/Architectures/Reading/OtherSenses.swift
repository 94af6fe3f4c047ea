import Tensors

/// The parts of a checkpoint that are no language model: what they are called, and what their names begin with.
enum OtherSenses {
  /// The first entry whose beginning fits names a tensor's part. Beginnings count without a leading `model.` or
  /// `thinker.`.
  private static let parts: [(name: String, beginnings: [String])] = [
    (
      "vision tower",
      [
        "vision_tower.", "vision_model.", "visual.", "vision_encoder.", "vision_embed_tokens.", "vit.",
        "vision_backbone.", "vision.", "vpm.", "image_encoder.", "visual_embeddings_table.",
      ]
    ),
    (
      "projector",
      [
        "multi_modal_projector.", "mm_projector.", "mlp1.", "connector.", "embed_vision.", "aligner.",
        "vision_projector.", "resampler.", "image_newline", "patch_merger.", "vision_adapter.", "projector.",
        "vision_language_adapter.", "merger.", "mlp_AR.", "resampler_model.",
      ]
    ),
    (
      "audio tower",
      [
        "audio_tower.", "audio_model.", "audio_encoder.", "embed_audio.", "audio_projector.", "apm.",
        "audio_projection_layer.", "audio_adapter.",
      ]
    ),
    ("speech part", ["talker.", "token2wav.", "code2wav.", "tts."]),
  ]

  /// The part that a tensor belongs to; nil for what is no such part.
  static func part(of tensor: String) -> String? {
    var name = Substring(tensor)
    for prefix in ["thinker.", "model."] where name.hasPrefix(prefix) { name = name.dropFirst(prefix.count) }
    return parts.first { part in part.beginnings.contains { name.hasPrefix($0) } }?.name
  }

  /// A sentence for each part that is left out: `vision tower left out: 437 tensors, 812 MB`.
  static func notes(_ tensors: [any StoredTensor]) -> [String] {
    var sums: [String: (count: Int, bytes: Int)] = [:]
    for tensor in tensors {
      let part = part(of: tensor.name) ?? "rest"
      sums[part, default: (0, 0)].count += 1
      sums[part, default: (0, 0)].bytes += tensor.storedByteCount
    }
    return parts.compactMap { part in
      guard let sum = sums[part.name] else { return nil }
      let size =
        sum.bytes < 1_000_000 ? "\((sum.bytes + 999) / 1000) kB" : "\((sum.bytes + 500_000) / 1_000_000) MB"
      return "\(part.name) left out: \(sum.count) tensor\(sum.count == 1 ? "" : "s"), \(size)"
    }
  }
}
