import JSON
import Tokenization

/// The vocabulary of a source that has no `tokenizer.json`, in one of the other forms in which models publish it.
struct PublishedVocabulary {
  private let files: [SourceFiles.File]

  init(_ files: [SourceFiles.File]) { self.files = files }

  /// The same tokenizer as `tokenizer.json`; nil where there is no vocabulary.
  /// - Throws: `TokenizerError` for a damaged vocabulary, `BakeError` for a damaged file beside it.
  func tokenizer() throws -> JSON? {
    let config = try json("tokenizer_config.json")
    if let model = bytes("tokenizer.model") ?? bytes("spiece.model") {
      // Llama 3 ships a tiktoken file under the name of a SentencePiece model: text, not protobuf.
      let isText = model.prefix(64).allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A }
      return isText
        ? try TokenizerImporter.fromTiktoken(model, config: config)
        : try TokenizerImporter.fromSentencePiece(model, config: config)
    }
    if let ranks = files.first(where: { $0.name.hasSuffix(".tiktoken") || $0.name == "tiktoken.model" }) {
      return try TokenizerImporter.fromTiktoken(ranks.bytes, config: config)
    }
    guard let vocabulary = try json("vocab.json"), let merges = bytes("merges.txt") else { return nil }
    return try TokenizerImporter.fromVocabAndMerges(
      vocab: vocabulary, merges: String(decoding: merges, as: UTF8.self), config: config,
      addedTokens: try json("added_tokens.json"))
  }

  private func bytes(_ name: String) -> [UInt8]? { files.first { $0.name == name }?.bytes }

  private func json(_ name: String) throws(BakeError) -> JSON? {
    guard let bytes = bytes(name) else { return nil }
    do { return try JSON(parsing: bytes) } catch {
      throw BakeError(
        .badData, "the source's \(name) is no JSON", why: "\(error)", mend: "fetch the model again")
    }
  }
}
