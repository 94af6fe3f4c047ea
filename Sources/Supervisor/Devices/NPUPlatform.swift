import OpenVINO

/// A generation of Intel's NPUs, by the number that OpenVINO knows it by.
package enum NPUPlatform: String, Sendable, CaseIterable {
  /// Meteor Lake and Arrow Lake.
  case meteorLake = "3720"
  /// Lunar Lake.
  case lunarLake = "4000"
  /// Panther Lake.
  case pantherLake = "5010"
  /// Wildcat Lake.
  case wildcatLake = "5020"

  /// What NPUW chooses by itself where it finds such a device, whose compiler can quantise activations. Where it finds
  /// none, it takes other ways: it unpacks weights on the host, and knows of no tiles.
  ///
  /// - Parameter own: The user's own properties, which go before.
  func choicesOfNPUW(besides own: Properties) -> Properties {
    var choices: Properties = [
      "NPUW_DQ": "YES", "NPUW_DQ_FULL": "NO", "NPU_COMPILER_DYNAMIC_QUANTIZATION": "YES",
      "NPUW_DCOFF_TYPE": "",
      "NPUW_DCOFF_SCALE": "NO", "NPUW_MM_GATED": "YES", "NPUW_PMM": "2D",
      "NPUW_LLM_GENERATE_MOE_HINT": "HOST_ROUTED",
    ]
    if let tiles = tilesForPrompts, own["NPU_TILES"] == nil {
      // A token's step has those that the compiler takes by itself.
      choices["++NPUW_LLM_PREFILL_CONFIG"] = .text("{NPU_TILES:\(tiles)}")
    }
    return choices.merging(ownChoices).merging(own)
  }

  /// What makes a prompt of fixed length faster, of all that NPUW chooses: all six tiles, where the compiler would take
  /// four. A token's step is slower with them, and so is attention of fewer heads than tiles (docs/npu.md).
  func choicesForPrompts(headCount: Int) -> Properties {
    guard let tiles = tilesForPrompts, headCount >= 6 else { return [:] }
    return ownChoices.merging(["NPU_TILES": .text(tiles)])
  }

  /// The tiles that NPUW gives a prompt, where it gives it others than the compiler would.
  private var tilesForPrompts: String? { self == .lunarLake ? "6" : nil }

  private var ownChoices: Properties {
    switch self {
    case .meteorLake, .wildcatLake: [:]
    case .lunarLake:
      [
        "NPU_COMPILATION_MODE_PARAMS":
          "compute-layers-with-higher-precision=Sqrt,Power,ReduceMean,Add_RMSNorm optimization-level=3"
      ]
    case .pantherLake: ["NPU_TILES": "3"]
    }
  }
}
