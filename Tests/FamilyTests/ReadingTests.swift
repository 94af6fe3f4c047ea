import Architectures
import Checkpoints
import Foundation
import Graph
import IRFormat
import JSON
import Tensors
import Testing

/// Names that say the same in other words are read, and compute what transformers computed with the usual ones.
@Suite struct ReadingTests {
  /// The beginnings that take the place of `model.` and `lm_head.`.
  struct Names: Sendable, CustomTestStringConvertible {
    let model: String
    let head: String
    var testDescription: String { model + "…, " + head + "…" }

    init(_ model: String, _ head: String) { (self.model, self.head) = (model, head) }

    func apply(_ name: String) -> String {
      if name.hasPrefix("model.") { return model + name.dropFirst("model.".count) }
      return name.hasPrefix("lm_head.") ? head + name.dropFirst("lm_head.".count) : name
    }
  }

  static let names = [
    Names("language_model.model.", "language_model.lm_head."), Names("model.language_model.", "lm_head."),
    Names("model.text_model.", "lm_head."), Names("", "lm_head."), Names("module.model.", "module.lm_head."),
    Names("_orig_mod.model.", "_orig_mod.lm_head."),
    Names("model._orig_mod.", "lm_head."),
    Names("base_model.model.model.", "base_model.model.lm_head."),
    Names("module._orig_mod.model.", "module._orig_mod.lm_head."),
    Names("thinker.model.", "thinker.lm_head."),
    Names("llm.model.", "llm.lm_head."), Names("model.model.", "model.lm_head."),
    Names("model.language_model.model.", "model.language_model.lm_head."),
  ]

  private let model = TinyModel(name: "llama")

  private func config() throws -> JSON {
    try JSON(parsing: Array(Data(contentsOf: TinyModel.folder.appending(path: "llama/config.json"))))
  }

  private func weights() throws -> any WeightSource {
    try Checkpoint.open(path: TinyModel.folder.path + "/llama").weights
  }

  @Test(arguments: names) func readsOtherNames(_ names: Names) throws {
    let table = try OtherNames(weights(), names.apply)
    let reading = try ModelReading(config: config(), weights: table)
    #expect(reading.unused.isEmpty && reading.notes.isEmpty)
    let graph = try reading.architecture.build(
      weights: WeightScope(reading.weights), options: GraphOptions())
    let reference = try model.reference()
    let logits = try TinyRun(IRWriter.serialize(graph)).logits(reference.tokens)
    let worst = zip(logits, reference.logits).map { abs($0 - $1) }.max() ?? .infinity
    #expect(logits.count == reference.logits.count && worst < 1e-4)
  }

  @Test func leavesOutOtherSenses() throws {
    let text = try config()
    let whole: JSON = [
      "model_type": "llava", "text_config": text, "vision_config": ["hidden_size": 8],
      "image_token_index": 319, "eos_token_id": 7,
    ]
    let extra = [
      "model.visual.patch_embed.proj.weight", "vision_tower.a.weight",
      "multi_modal_projector.linear_1.weight",
    ]
    let table = try OtherNames(weights(), Names("model.language_model.", "lm_head.").apply, extra: extra)
    let reading = try ModelReading(config: whole, weights: table)
    #expect(reading.config["model_type"] == "llama" && reading.config["vision_config"] == nil)
    #expect(reading.text.isPart && reading.text.placeholders == [319])
    #expect(reading.unused.isEmpty)
    #expect(reading.notes.contains { $0.hasPrefix("vision tower left out: 2 tensors, ") })
    #expect(reading.notes.contains { $0.hasPrefix("projector left out: 1 tensor, ") })
  }

  @Test func anythingElseIsReported() throws {
    let table = try OtherNames(weights(), { $0 }, extra: ["model.layers.0.surprise.weight"])
    #expect(try ModelReading(config: config(), weights: table).unused == ["model.layers.0.surprise.weight"])
    // A wrapper must fit exactly.
    let wrapped = try OtherNames(weights(), { "module." + $0 }, extra: ["module.surprise.weight"])
    #expect(throws: (any Error).self) { try ModelReading(config: config(), weights: wrapped) }
    let adapter = try OtherNames(weights(), { $0 }, extra: ["model.layers.0.q_proj.lora_A.default.weight"])
    #expect {
      try ModelReading(config: config(), weights: adapter)
    } throws: { "\($0)".contains("adapter that was not merged") }
  }

  @Test func aHeadThatIsStoredCounts() throws {
    guard var members = try config().object else { return }
    members["tie_word_embeddings"] = true
    let reading = try ModelReading(config: .object(members), weights: weights())
    #expect(reading.config["tie_word_embeddings"] == false)
    #expect(reading.notes.contains { $0.contains("another 'lm_head.weight' is stored") })
    // Only the head of a tied pair is there.
    let table = try OtherNames(weights(), { $0 == "model.embed_tokens.weight" ? nil : $0 })
    let alone = try ModelReading(config: .object(members), weights: table)
    #expect(alone.weights.tensor(named: "model.embed_tokens.weight")?.name == "lm_head.weight")
    #expect(alone.config["tie_word_embeddings"] == true)
  }
}

/// A checkpoint's tensors under other names, and a few more.
private struct OtherNames: WeightSource {
  private(set) var tensorNames: [String] = []
  private var tensors: [String: any StoredTensor] = [:]

  init(_ base: any WeightSource, _ rename: (String) -> String?, extra: [String] = []) throws {
    for name in base.tensorNames {
      guard let other = rename(name), let tensor = base.tensor(named: name) else { continue }
      tensorNames.append(other)
      tensors[other] = Other(name: other, base: tensor)
    }
    guard let any = base.tensor(named: base.tensorNames[0]) else { return }
    for name in extra {
      tensorNames.append(name)
      tensors[name] = Other(name: name, base: any)
    }
  }

  func tensor(named name: String) -> (any StoredTensor)? { tensors[name] }

  private struct Other: StoredTensor {
    let name: String
    let base: any StoredTensor
    var shape: Shape { base.shape }
    var formatName: String { base.formatName }
    var storedByteCount: Int { base.storedByteCount }
    var elementType: ElementType? { nil }
    func readRows(
      _ rows: Range<Int>, into output: UnsafeMutableBufferPointer<Float>, scratch: ScratchBuffer
    ) throws {
      try base.readRows(rows, into: output, scratch: scratch)
    }
  }
}
