import Architectures
import Graph
import JSON
import Testing

/// Old and new spellings of `config.json` mean the same, and what is not supported is refused by name.
@Suite struct ConfigurationTests {
  private let base =
    #""model_type":"llama","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"vocab_size":320,"#
    + #""intermediate_size":128"#

  private func config(_ more: String) throws -> ModelConfiguration {
    try ModelConfiguration(JSON(parsing: Array("{\(base)\(more.isEmpty ? "" : ",")\(more)}".utf8)))
  }

  private func make(_ text: String) throws -> any Architecture {
    try ArchitectureRegistry.make(for: JSON(parsing: Array(text.utf8)))
  }

  @Test func defaultsAreFilledIn() throws {
    let plain = try config("")
    #expect(plain.keyValueHeadCount == 4)
    #expect(plain.headDimension == 16)
    let null = try config(#""head_dim":null,"num_key_value_heads":null"#)
    #expect(null.headDimension == 16)
    #expect(try config(#""head_dim":32,"num_key_value_heads":2"#).headDimension == 32)
    #expect(try plain.rotary() == RotaryEmbedding(dimension: 16, theta: 10_000))
  }

  @Test(arguments: [
    (
      #""rope_theta":500000.0,"rope_scaling":{"type":"linear","factor":2.0}"#,
      #""rope_parameters":{"rope_theta":500000.0,"rope_type":"linear","factor":2.0}"#
    ),
    (
      #""rope_theta":1000000,"rope_scaling":null"#,
      #""rope_parameters":{"rope_theta":1000000.0,"rope_type":"default"}"#
    ),
    (
      #""partial_rotary_factor":0.5"#,
      #""rope_parameters":{"partial_rotary_factor":0.5,"rope_theta":10000.0,"rope_type":"default"}"#
    ),
    (#""rotary_pct":0.25,"rotary_emb_base":5000"#, #""partial_rotary_factor":0.25,"rope_theta":5000.0"#),
    (
      #""rope_scaling":{"rope_type":"llama3","factor":8.0,"original_max_position_embeddings":8192}"#,
      #""rope_scaling":{"type":"llama3","factor":8,"low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":8192}"#
    ),
    (
      #""rope_scaling":{"type":"yarn","factor":4.0,"original_max_position_embeddings":32}"#,
      #""rope_parameters":{"rope_type":"yarn","rope_theta":10000,"factor":4.0,"original_max_position_embeddings":32,"beta_fast":32,"beta_slow":1}"#
    ),
  ])
  func bothSpellingsTurnAlike(_ old: String, _ new: String) throws {
    #expect(try config(old).rotary(partial: 1) == config(new).rotary(partial: 1))
    #expect(try config(old).rotary(partial: 1) != config("").rotary() || old.contains("null") == false)
  }

  /// transformers 5.24 reads `partial_rotary_factor` in sixteen of its classes; in the others whole heads turn.
  @Test func whereWholeHeadsTurnNoShareIsRead() throws {
    let halved = #""partial_rotary_factor":0.5"#
    #expect(try config(halved).rotary() == config("").rotary())
    #expect(try config(halved).rotary(partial: 1).dimension == 8)
  }

  @Test func layersOfATypeHaveTheirOwnAngles() throws {
    let both = try config(
      #""rope_parameters":{"full_attention":{"rope_theta":1e6,"rope_type":"linear","factor":8},"sliding_attention":{"rope_theta":1e4,"rope_type":"default"}}"#
    )
    #expect(try both.rotary(layerType: "full_attention").scaling == .linear(factor: 8))
    #expect(try both.rotary(layerType: "sliding_attention") == RotaryEmbedding(dimension: 16, theta: 10_000))
  }

  @Test(arguments: [
    ("", "model_type"), (#""model_type":"rwkv""#, "rwkv"),
    // What transformers takes for a key that is left out does not fit the others: 8 key-value heads.
    (#""model_type":"mistral","num_attention_heads":4"#, "key-value heads"),
  ])
  func incompleteFilesAreRefused(_ content: String, _ expected: String) throws {
    let error = #expect(throws: ArchitectureError.self) { try make("{\(content)}") }
    #expect(error?.message.contains(expected) == true)
  }

  @Test func unknownFamilyGetsTheList() throws {
    let error = #expect(throws: ArchitectureError.self) { try make(#"{"model_type":"rwkv"}"#) }
    #expect(error?.code == .unknownArchitecture)
    #expect(error?.message.contains("llama") == true && error?.message.contains("qwen3_moe") == true)
  }

  @Test(arguments: [
    (#""rope_scaling":{"rope_type":"spiral","factor":2}"#, "spiral"),
    (#""hidden_act":"xielu""#, "xielu"), (#""rope_scaling":{"rope_type":"linear"}"#, "factor"),
    (#""attention_bias":"yes""#, "attention_bias"), (#""num_key_value_heads":3"#, "key-value heads"),
    (#""hidden_size":-1"#, "hidden_size"), (#""hidden_size":1e30"#, "hidden_size"),
    (#""head_dim":0"#, "head_dim"),
    (#""num_hidden_layers":100000000"#, "num_hidden_layers"), (#""rope_theta":0"#, "rope_theta"),
    (#""rope_scaling":{"rope_type":"longrope","long_factor":[1],"short_factor":[1]}"#, "longrope"),
  ])
  func whatIsNotSupportedIsNamed(_ change: String, _ expected: String) throws {
    // Later keys win, so the change stands last.
    let error = #expect(throws: (any Error).self) { try make("{\(base),\(change)}") }
    #expect("\(error.map { "\($0)" } ?? "")".contains(expected))
  }

  @Test(arguments: [
    (#""model_type":"phi3","partial_rotary_factor":0.01"#, "turn"),
    (#""model_type":"mpt","attn_config":{"alibi":true,"qk_ln":true}"#, "qk_ln"),
    (#""model_type":"gemma2","use_bidirectional_attention":true"#, "use_bidirectional_attention"),
    (
      #""model_type":"mixtral","num_key_value_heads":4,"num_local_experts":4,"num_experts_per_tok":2,"hidden_act":"mish""#,
      "hidden_act"
    ),
    (
      #""model_type":"mistral","num_key_value_heads":4,"sliding_window":8,"layer_types":["full_attention","linear_attention"]"#,
      "linear_attention"
    ),
    (#""model_type":"qwen3","use_sliding_window":true,"sliding_window":8,"layer_types":[]"#, "layer_types"),
  ])
  func familiesRefuseWhatTheyDoNotKnow(_ change: String, _ expected: String) throws {
    let error = #expect(throws: ArchitectureError.self) { try make("{\(base),\(change)}") }
    #expect(error?.message.contains(expected) == true)
  }

  @Test func familiesAreNamedOnce() {
    let types = ArchitectureRegistry.modelTypes
    #expect(types == types.sorted())
    #expect(Set(types).count == types.count)
    #expect(types.count >= 30)
  }

  @Test func ignoredTensorsArePatterns() throws {
    let llama = try make("{\(base)}")
    #expect(llama.ignores(tensor: "model.layers.3.self_attn.rotary_emb.inv_freq"))
    #expect(!llama.ignores(tensor: "model.layers.3.self_attn.q_proj.weight"))
  }
}
