import Checkpoints
import JSON
import Tensors
import Testing

@Suite struct GGUFConfigTests {
  private func config(_ builder: GGUFBuilder) throws -> JSON {
    try #require(Checkpoint.gguf(builder.source).config)
  }

  @Test func fillsInWhatTheFileLeavesOut() throws {
    let config = try config(.llama)
    #expect(config["vocab_size"] == 10 && config["head_dim"] == 4 && config["rope_theta"] == 10000.0)
    #expect(config["tie_word_embeddings"] == true && config["rope_scaling"] == nil)
    #expect(config["eos_token_id"] == nil)
  }

  @Test func findsTemplatesWithNames() throws {
    var builder = GGUFBuilder.llama
    builder.set("tokenizer.chat_template", "a")
    builder.set("tokenizer.chat_template.tool_use", "b")
    builder.set("tokenizer.chat_template.rag", 3)
    let file = try GGUFFile(builder.source)
    #expect(file.chatTemplate == "a" && file.namedChatTemplates == ["tool_use": "b"])
  }

  @Test func listsAllTokensThatEndAnAnswer() throws {
    var builder = GGUFBuilder.llama
    builder.set("tokenizer.ggml.eos_token_id", 3)
    #expect(try config(builder)["eos_token_id"] == 3)
    builder.set("tokenizer.ggml.eot_token_id", 5)
    #expect(try config(builder)["eos_token_id"] == [3, 5])
  }

  @Test func writesSingleNumbersAsTheyWere() throws {
    var builder = GGUFBuilder.llama
    builder.set("llama.attention.layer_norm_rms_epsilon", Float(1e-5))
    #expect(try config(builder)["rms_norm_eps"] == 1e-05)
  }

  @Test func readsScaledPositions() throws {
    var builder = GGUFBuilder.llama
    builder.set("llama.rope.scaling.type", "yarn")
    builder.set("llama.rope.scaling.factor", Float(4))
    builder.set("llama.rope.scaling.original_context_length", 32)
    let scaling = try config(builder)["rope_scaling"]
    #expect(scaling?["rope_type"] == "yarn" && scaling?["factor"] == 4.0)
    #expect(scaling?["original_max_position_embeddings"] == 32)
  }

  /// Factors of no known rule: they are given as they are, for every length.
  @Test func keepsUnknownFactors() throws {
    var builder = GGUFBuilder.llama
    builder.add("rope_freqs.weight", [2])
    let scaling = try config(builder)["rope_scaling"]
    #expect(scaling?["rope_type"] == "longrope" && scaling?["attention_factor"] == 1.0)
    #expect(scaling?["short_factor"] == [0.0, 0.0] && scaling?["long_factor"] == [0.0, 0.0])
  }

  /// Files of 2023 have a tensor for each expert.
  @Test func namesSingleExperts() throws {
    var builder = GGUFBuilder.llama
    builder.set("llama.expert_count", 2)
    builder.set("llama.expert_used_count", 1)
    for (part, extents) in [("gate", [16, 8]), ("up", [16, 8]), ("down", [8, 16])] {
      for expert in 0..<2 { builder.add("blk.0.ffn_\(part).\(expert).weight", extents) }
    }
    let opened = try Checkpoint.gguf(builder.source)
    #expect(opened.config?["model_type"] == "mixtral" && opened.config?["num_local_experts"] == 2)
    let prefix = "model.layers.0.block_sparse_moe.experts"
    for name in ["0.w1", "1.w1", "0.w2", "1.w2", "0.w3", "1.w3"] {
      #expect(opened.weights.tensor(named: "\(prefix).\(name).weight") != nil, "\(name)")
    }
  }

  /// An unknown tensor keeps its name, so that the plan of a bake reports it.
  @Test func keepsUnknownNames() throws {
    var builder = GGUFBuilder.llama
    builder.add("blk.0.something_new.weight", [4])
    #expect(try Checkpoint.gguf(builder.source).weights.tensor(named: "blk.0.something_new.weight") != nil)
  }

  @Test func refusesLayersThatDiffer() throws {
    var builder = GGUFBuilder(architecture: "llama")
    builder.set("llama.block_count", 2)
    builder.set("llama.attention.head_count", [4, 8])
    builder.add("blk.0.attn_norm.weight", [4])
    let error = #expect(throws: CheckpointError.self) { try Checkpoint.gguf(builder.source) }
    #expect(error?.code == .unsupported && error?.message.contains("'llama.attention.head_count'") == true)
  }

  @Test(arguments: ["block_count", "attention.head_count", "embedding_length", "context_length"])
  func refusesNumbersThatCannotBe(key: String) throws {
    var builder = GGUFBuilder(architecture: "llama")
    for other in [
      "block_count", "attention.head_count", "embedding_length", "context_length", "feed_forward_length",
    ] {
      builder.set("llama.\(other)", other == key ? 0 : 8)
    }
    builder.add("token_embd.weight", [10, 8])
    #expect(throws: CheckpointError.self) { try Checkpoint.gguf(builder.source) }
  }
}
