import Architectures
import Checkpoints
import Foundation
import IRFormat
import JSON
import Tensors
import Testing

/// What transformers 4 wrote into a `config.json`, as most files of the hub still have it, makes the same graph as what
/// transformers 5 writes.
@Suite struct OldConfigurationTests {
  /// The models whose configurations have new names for what has old ones.
  static let models = TinyModel.all.filter { model in
    guard let config = try? model.configuration().object else { return false }
    // These came with transformers 5; and gpt-oss without a scaling cannot be said in old words, where nothing is YaRN.
    let isYoung = ["gemma4_text", "ministral3", "olmo_hybrid"].contains(config["model_type"]?.string)
    if model.name == "gpt-oss-wide" { return false }
    return config["rope_parameters"]?.object != nil && !isYoung
  }

  @Test func thereAreSuchModels() { #expect(OldConfigurationTests.models.count > 70) }

  @Test(arguments: models, ["rope_type", "type"])
  func oldNamesMakeTheSameGraph(_ model: TinyModel, _ kindKey: String) throws {
    let config = try model.configuration()
    let old = OldConfigurationTests.rewritten(config, kindKey: kindKey)
    let (new, found) = try (xml(model, config), xml(model, old))
    #expect(found == new)
  }

  private func xml(_ model: TinyModel, _ config: JSON) throws -> String {
    let weights = try Checkpoint.open(path: TinyModel.folder.path + "/" + model.name).weights
    return try IRWriter.serialize(
      ArchitectureRegistry.make(for: config).build(weights: WeightScope(weights), options: .init())
    ).xml
  }

  /// `rope_theta`, `rope_scaling` and the share of a head that turns at the top, `torch_dtype`.
  private static func rewritten(_ config: JSON, kindKey: String) -> JSON {
    var members = config.object ?? [:]
    members["torch_dtype"] = members["dtype"]
    members["dtype"] = nil
    members["transformers_version"] = "4.46.0"
    let parameters = members["rope_parameters"]?.object ?? [:]
    members["rope_parameters"] = nil
    // Layers that see everything have the base and the scaling; the others, where there are any, a base of their own.
    var own = parameters["full_attention"]?.object ?? parameters
    let local = parameters["sliding_attention"]?.object
    if members["model_type"]?.string?.hasPrefix("gemma3") == true {
      members["rope_local_base_freq"] = local?["rope_theta"]
    }
    let isNeoX = members["model_type"]?.string == "gpt_neox"
    for (new, old) in [("rope_theta", "rotary_emb_base"), ("partial_rotary_factor", "rotary_pct")] {
      if let value = own[new] { members[isNeoX ? old : new] = value }
      own[new] = nil
    }
    if own["rope_type"]?.string == "default" {
      members["rope_scaling"] = .null
      return .object(members)
    }
    if members["model_type"]?.string?.hasPrefix("phi") == true {
      members["original_max_position_embeddings"] = own["original_max_position_embeddings"]
      own["original_max_position_embeddings"] = nil
    }
    let kind = own["rope_type"]
    own["rope_type"] = nil
    own[kindKey] = kind
    members["rope_scaling"] = .object(own)
    return .object(members)
  }
}
