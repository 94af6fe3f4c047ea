import Checkpoints
import JSON

/// The chat template in the metadata of a GGUF file, and the special tokens that it may use.
struct GGUFPrompt {
  /// `tokenizer.chat_template`.
  let template: String?
  /// `bos_token` and its like.
  let specialTokens: JSONObject

  /// Reads the header of the file at `path`.
  init(path: String) throws {
    let file = try GGUFFile(path: path)
    template = file.chatTemplate
    let tokens = file["tokenizer.ggml.tokens"]?.strings ?? []
    let names = [
      ("bos_token", "bos_token_id"), ("eos_token", "eos_token_id"), ("unk_token", "unknown_token_id"),
      ("pad_token", "padding_token_id"),
    ]
    var special = JSONObject()
    for (name, key) in names {
      guard let id = file["tokenizer.ggml.\(key)"]?.int, tokens.indices.contains(id) else { continue }
      special[name] = .string(tokens[id])
    }
    specialTokens = special
  }
}
