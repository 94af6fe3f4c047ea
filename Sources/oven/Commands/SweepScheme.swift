import Baking
import Quantization

/// A way to store weights that `oven sweep` tries.
struct SweepScheme {
  /// The folder's name, in the words of the options.
  let name: String
  let weightFormat: QuantizationRecipe.WeightType
  var isSymmetric: Bool? = nil
  var groupSize: Int? = nil

  /// What suits a device: every CPU and GPU takes all of them, an NPU's compiler wants symmetric weights.
  static func all(for target: QuantizationRecipe.Target) -> [SweepScheme] {
    let symmetric = [32, 64, 128].map { (size: Int) in
      SweepScheme(name: "int4_sym_g\(size)", weightFormat: .int4, isSymmetric: true, groupSize: size)
    }
    let row = SweepScheme(name: "int4_sym_row", weightFormat: .int4, isSymmetric: true, groupSize: -1)
    let exact = SweepScheme(name: "int8", weightFormat: .int8)
    guard target != .npu else { return [exact] + symmetric.suffix(1) + [row] }
    let asymmetric = SweepScheme(
      name: "int4_asym_g64", weightFormat: .int4, isSymmetric: false, groupSize: 64)
    return [exact] + symmetric + [row, asymmetric]
  }

  /// The request for a bake of it.
  func request(for target: QuantizationRecipe.Target) -> RecipeRequest {
    var request = RecipeRequest()
    request.weightFormat = weightFormat
    request.isSymmetric = isSymmetric
    request.groupSize = groupSize
    request.target = target
    return request
  }
}
