import Serving
import Supervisor
import Tokenization

extension PromptFormat: PromptFormatting {
  package var vocabularySize: Int { tokenizer.vocabularySize }

  package func encode(rendered text: String) -> [Int] { encode(text) }

  package func encode(_ text: String, addSpecialTokens: Bool) -> [Int] {
    tokenizer.encode(text, addSpecialTokens: addSpecialTokens)
  }

  package func decode(_ tokens: [Int]) -> String { tokenizer.decode(tokens, skipSpecialTokens: false) }

  package func id(of token: String) -> Int? { tokenizer.id(of: token) }

  package func bytes(of token: Int) -> [UInt8] { tokenizer.bytes(of: token) }

  /// Whether marks around reasoning or calls are special tokens, which decoding would otherwise leave out.
  var hasSpecialMarks: Bool {
    tokenizer.specialTokenIDs.contains { tokenizer.token(of: $0).map(TemplateSyntax.isMark) ?? false }
  }
}
