import Baking
import Foundation
import JSON
import Testing

/// A model whose head is its embedding may be stored with both, with either one, or with a head that is another matrix
/// after all: transformers reads each of these.
@Suite struct StoredHeadTests {
  /// A fixture for each way of naming the two.
  private static let names = [
    ("llama", "model.embed_tokens.weight", "lm_head.weight"),
    ("gpt2", "transformer.wte.weight", "lm_head.weight"),
    ("gpt-neo", "transformer.wte.weight", "lm_head.weight"),
    ("gptj", "transformer.wte.weight", "lm_head.weight"),
    ("bloom", "transformer.word_embeddings.weight", "lm_head.weight"),
    ("falcon", "transformer.word_embeddings.weight", "lm_head.weight"),
    ("opt", "model.decoder.embed_tokens.weight", "lm_head.weight"),
    ("mamba2", "backbone.embeddings.weight", "lm_head.weight"),
    ("gpt-neox", "gpt_neox.embed_in.weight", "embed_out.weight"),
    ("internlm2", "model.tok_embeddings.weight", "output.weight"),
    ("biogpt", "biogpt.embed_tokens.weight", "output_projection.weight"),
  ]

  private struct Baked {
    var weights: Data
    var graph: Data
    var notes: [String]
  }

  private func bake(_ weights: ChangedWeights) throws -> Baked {
    let folder = try TemporaryFolder()
    try weights.write(to: folder["source"])
    let notes = Notes()
    let options = tinyBake(folder["source"], folder["baked"], format: .fp16)
    _ = try Bake(options).run(events: { if case .note(let text) = $0 { notes.add(text) } })
    func data(_ name: String) throws -> Data { try Data(contentsOf: folder["baked"].appending(path: name)) }
    return Baked(
      weights: try data("openvino_model.bin"), graph: try data("openvino_model.xml"), notes: notes.texts)
  }

  @Test(arguments: names) func anyOfThePairMayBeStored(fixture: String, embedding: String, head: String)
    throws
  {
    var embeddingOnly = try ChangedWeights(of: fixture)
    #expect(embeddingOnly.has(embedding))
    embeddingOnly.tensors.removeAll { $0.name == head }
    embeddingOnly.config["tie_word_embeddings"] = true
    let tied = try bake(embeddingOnly)

    var both = embeddingOnly
    both.copy(embedding, as: head)
    let equal = try bake(both)
    #expect(equal.weights == tied.weights && equal.graph == tied.graph && equal.notes.isEmpty)

    var headOnly = embeddingOnly
    headOnly.rename(embedding, to: head)
    let renamed = try bake(headOnly)
    #expect(renamed.weights == tied.weights && renamed.notes.isEmpty)

    // The first row is looked at before anything is baked, another one only while it is.
    for row in [0, 100] {
      var other = embeddingOnly
      other.copy(embedding, as: head, changingRow: row)
      let untied = try bake(other)
      #expect(untied.notes.contains { $0.contains("another '\(head)' is stored") })
      other.config["tie_word_embeddings"] = false
      let plain = try bake(other)
      #expect(plain.notes.isEmpty && untied.weights == plain.weights && untied.graph == plain.graph)
      #expect(untied.weights.count > tied.weights.count)
    }
  }

  /// Nothing says that the embedding is the head, and there is no other: it is used, and said.
  @Test func aHeadThatNothingNamesIsNotGuessedSilently() throws {
    var weights = try ChangedWeights(of: "llama")
    weights.tensors.removeAll { $0.name == "lm_head.weight" }
    weights.config["tie_word_embeddings"] = nil
    #expect(try bake(weights).notes.contains { $0.contains("the embedding is used") })
  }

  /// What `AutoModel` saved has no name for the module around everything.
  @Test(arguments: [
    ("llama", "model."), ("gpt2", "transformer."), ("gpt-neox", "gpt_neox."), ("mamba2", "backbone."),
    ("opt", "model."), ("biogpt", "biogpt."), ("bloom", "transformer."), ("falcon", "transformer."),
  ])
  func namesWithoutTheModelAroundThemAreRead(fixture: String, prefix: String) throws {
    let whole = try ChangedWeights(of: fixture)
    var bare = whole
    bare.renameAll { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
    #expect(!bare.tensors.contains { $0.name.hasPrefix(prefix) })
    #expect(try bake(bare).weights == bake(whole).weights)
    for wrapper in ["module.", "_orig_mod.", "base_model.model.", "module._orig_mod."] {
      var wrapped = whole
      wrapped.renameAll { wrapper + $0 }
      #expect(try bake(wrapped).weights == bake(whole).weights, "\(wrapper)")
    }
  }

  /// Names that transformers 5 gives to modules, and writes with `save_original_format=False`.
  @Test(
    arguments: [
      ("gpt-neox", [("embed_out.", "lm_head.")]), ("nemotron-h", [("backbone.", "model.")]),
      ("nemotron-h-moe", [("backbone.", "model.")]),
      ("ernie4_5-moe", [(".mlp.moe_statics.", ".mlp.gate.moe_statics.")]),
      (
        "exaone",
        [
          ("transformer.wte.", "model.embed_tokens."), ("transformer.ln_f.", "model.norm."),
          ("transformer.h.", "model.layers."), (".ln_1.", ".input_layernorm."),
          (".ln_2.", ".post_attention_layernorm."), (".attn.attention.out_proj.", ".self_attn.o_proj."),
          (".attn.attention.", ".self_attn."), (".c_fc_0.", ".gate_proj."), (".c_fc_1.", ".up_proj."),
          (".mlp.c_proj.", ".mlp.down_proj."),
        ]
      ),
      (
        "granitemoe",
        [
          (".input_linear.weight", ".experts.gate_up_proj"), (".output_linear.weight", ".experts.down_proj"),
          (".router.layer.weight", ".router.weight"),
        ]
      ),
    ] as [(String, [(String, String)])])
  func newNamesOfModulesAreRead(fixture: String, changes: [(String, String)]) throws {
    let hub = try ChangedWeights(of: fixture)
    var new = hub
    new.renameAll { name in changes.reduce(name) { $0.replacingOccurrences(of: $1.0, with: $1.1) } }
    #expect(new.tensors.map(\.name) != hub.tensors.map(\.name))
    #expect(try bake(new).weights == bake(hub).weights)
  }
}
