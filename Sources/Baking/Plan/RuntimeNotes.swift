import IRFormat
import Quantization

/// The notes at the end of the IR that runtimes read. They are truthful: NPUW chooses its path by them.
enum RuntimeNotes {
  static func notes(_ recipe: QuantizationRecipe, _ tensors: [BakeReport.Tensor]) -> RuntimeInfo {
    var entries = [
      RuntimeInfo.Entry("oven", [.init("version", OvenVersion.current)])
    ]
    if let compression = compression(recipe, tensors) {
      entries.append(.init("nncf", [.init("weight_compression", compression)]))
    }
    return RuntimeInfo(entries)
  }

  /// What NNCF would have noted about the same weights; nil for plain floats.
  private static func compression(
    _ recipe: QuantizationRecipe, _ tensors: [BakeReport.Tensor]
  ) -> [RuntimeInfo.Entry]? {
    // The linear layers decide: embeddings and head are 8-bit anyway.
    let linear = tensors.filter { $0.role == "linear" || $0.role == "expert" }
    guard let main = linear.first(where: { !["f32", "f16", "bf16"].contains($0.format) }) else { return nil }
    return [
      .init("mode", mode(of: main, recipe)),
      .init("group_size", String(main.groupSize ?? -1)),
      .init("ratio", String(recipe.ratio)),
      .init("all_layers", recipe.allLayers ? "True" : "False"),
      .init("backup_mode", recipe.backupPrecision.rawValue),
      .init("awq", recipe.awq ? "True" : "False"),
    ]
  }

  private static func mode(of tensor: BakeReport.Tensor, _ recipe: QuantizationRecipe) -> String {
    switch tensor.format {
    case "i4": "int4_sym"
    case "u4": "int4_asym"
    case "i8": "int8_sym"
    case "u8": "int8_asym"
    case "f4e2m1": "mxfp4"
    default: tensor.format
    }
  }
}
