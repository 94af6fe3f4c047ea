import ChatTemplates
import Checkpoints
import JSON

/// The chat template in the metadata of a GGUF file, and the special tokens that it may use.
struct GGUFPrompt {
  /// `tokenizer.chat_template` as `default`, and `tokenizer.chat_template.NAME`; nil where there are none.
  let templates: TemplateSet?
  /// `bos_token` and its like.
  let specialTokens: JSONObject

  /// Reads the header of the file at `path`.
  init(path: String) throws {
    let file = try GGUFFile(path: path)
    templates = TemplateSet(default: file.chatTemplate, named: file.namedChatTemplates, origin: path)
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
