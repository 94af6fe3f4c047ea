import Testing
import Tokenization

/// Every case of the fixtures, equal to Hugging Face's tokenizers.
@Suite struct ReferenceCasesTests {
  @Test(arguments: ["smollm2", "llama3", "mistral-v1", "minilm", "unigram"])
  func agreesWithTheReference(name: String) throws {
    let tokenizer = try TokenizerFixtures.tokenizer(name)
    let cases = try TokenizerFixtures.lines("cases/\(name).jsonl")
    #expect(cases.count == 380)
    for json in cases { try TokenizerCase(json).check(tokenizer, name) }
  }
}
