import IRFormat
import JSON
import Text
import Tokenization

/// The tokenizer as two OpenVINO models, which OpenVINO GenAI and the model server open beside a language model.
///
/// The operations are those of the `openvino_tokenizers` extension, which the runtime loads itself. A tokenizer may
/// use what they cannot express: then making the IR throws, or `differences` says where it will differ.
package struct TokenizerIR: Sendable {
  /// A model: the XML document and the constants beside it.
  package struct Model: Sendable {
    /// The text of the `.xml` file.
    package let xml: String
    /// The bytes of the `.bin` file.
    package let bin: [UInt8]
  }

  /// Text → `input_ids`, `attention_mask` (both i64 [batch, tokens]).
  package let tokenizer: Model
  /// Ids (i64 [batch, tokens]) → `string_output`.
  package let detokenizer: Model
  /// Known differences from the tokenizer itself, a sentence each.
  package let differences: [String]

  /// The release of the extension whose operations are used; runtimes look for it.
  package static let extensionVersion = "2026.4.1.0"

  /// - Parameters:
  ///   - tokenizer: the tokenizer.
  ///   - config: `tokenizer_config.json`, for the special tokens, the padding side and the chat template.
  ///   - chatTemplate: the template to write; nil takes the one of `config`.
  ///   - eosTokenIDs: the ids that end a text where `config` does not name them.
  /// - Throws: `TokenizerIRError` when a component has no operation.
  package init(
    _ tokenizer: Tokenizer, config: JSON? = nil, chatTemplate: String? = nil, eosTokenIDs: [Int] = []
  ) throws(TokenizerIRError) {
    let vocabulary = LoweredVocabulary(tokenizer.definition)
    let ids = SpecialIDs(vocabulary, config, eosTokenIDs)
    let settings = TokenizerGraph.Settings(
      padID: ids.pad ?? 0, padsRight: config?["padding_side"]?.string != "left")
    let (graph, differences) = try TokenizerGraph.build(vocabulary, settings)
    let reverse = try DetokenizerGraph.build(vocabulary)
    let notes = RuntimeInfo(ids.notes + Self.notes(chatTemplate ?? config?["chat_template"]?.string))
    self.tokenizer = Model(xml: graph.xml(notes: notes), bin: graph.bin)
    detokenizer = Model(xml: reverse.xml(notes: notes), bin: reverse.bin)
    self.differences = differences
  }

  private static func notes(_ chatTemplate: String?) -> [RuntimeInfo.Entry] {
    var notes = [
      ("add_special_tokens", "True"), ("skip_special_tokens", "True"), ("tokenizer_output_type", "i64"),
      ("detokenizer_input_type", "i64"), ("openvino_tokenizers_version", extensionVersion),
    ]
    if let chatTemplate { notes.append(("chat_template", chatTemplate)) }
    return notes.map { RuntimeInfo.Entry($0, $1) }
  }
}

/// The special tokens by role.
private struct SpecialIDs {
  var bos: Int?
  var eos: Int?
  var pad: Int?

  init(_ vocabulary: LoweredVocabulary, _ config: JSON?, _ eosTokenIDs: [Int]) {
    func id(_ key: String) -> Int? {
      (config?[key]?.string ?? config?[key]?["content"]?.string).flatMap { vocabulary.id(of: $0) }
    }
    bos = id("bos_token")
    eos = id("eos_token") ?? eosTokenIDs.first
    pad = id("pad_token") ?? vocabulary.definition.padding?.padID ?? eos
  }

  var notes: [RuntimeInfo.Entry] {
    [("bos_token_id", bos), ("eos_token_id", eos), ("pad_token_id", pad)].compactMap { name, id in
      id.map { RuntimeInfo.Entry(name, String($0)) }
    }
  }
}

extension TokenizerIR {
  /// The map for small letters, for tests.
  package static var lowercaseMapBase64: String { Base64.encode(CharacterMap.lowercase) }
}
