import Errors
import JSON
import TokenizerIR

/// The tokenizer as OpenVINO models, for the programs that open the folder beside Oven: GenAI, the model server.
///
/// Oven itself reads `tokenizer.json`. So a tokenizer that those models cannot express is a note, and only an error
/// where the user asked for it.
struct TokenizerIRFiles {
  /// `openvino_tokenizer` and `openvino_detokenizer`, each `.xml` and `.bin`; none where it cannot be expressed.
  private(set) var files: [SourceFiles.File] = []
  /// What the user should know.
  private(set) var notes: [String] = []

  /// - Parameter isStrict: refuse a tokenizer whose models would not do the same.
  /// - Throws: `BakeError` of code `badData`, only where `isStrict`.
  init(_ source: SourceFiles, isStrict: Bool) throws(BakeError) {
    func json(_ name: String) -> JSON? { source[name].flatMap { try? JSON(parsing: $0) } }
    do {
      guard let tokenizer = try source.tokenizer() else { return }
      let models = try TokenizerIR(
        tokenizer, config: json("tokenizer_config.json"),
        chatTemplate: source["chat_template.jinja"].map { String(decoding: $0, as: UTF8.self) },
        eosTokenIDs: Self.endTokens(json("generation_config.json") ?? json("config.json")))
      notes = models.differences.map { "the tokenizer for OpenVINO GenAI differs: \($0)" }
      for (name, model) in [("tokenizer", models.tokenizer), ("detokenizer", models.detokenizer)] {
        files.append(.init(name: "openvino_\(name).xml", bytes: Array(model.xml.utf8)))
        files.append(.init(name: "openvino_\(name).bin", bytes: model.bin))
      }
    } catch {
      notes = ["no tokenizer for OpenVINO GenAI is written: \(error)"]
    }
    if isStrict, let first = notes.first {
      throw BakeError(
        .badData, wording: Wording(first),
        why: "\(setting: .strictTokenizer) asks for a tokenizer that other programs read the same way",
        mend: "leave the option out: Oven itself uses tokenizer.json, which is exact")
    }
  }

  private static func endTokens(_ config: JSON?) -> [Int] {
    let value = config?["eos_token_id"]
    return value?.int.map { [$0] } ?? value?.array?.compactMap(\.int) ?? []
  }
}
