import Graph
import Tensors

extension DecoderBuilder {
  /// The state plus the rows of the table [positions + offset, hidden] stored at `scope` for each token's position.
  func addLearnedPositions(
    _ hidden: Value, _ config: ModelConfiguration, _ scope: WeightScope, offset: Int = 0
  ) throws -> Value {
    let table = try scope.weight("weight", [config.maximumLength + offset, config.hiddenSize])
    return try add(hidden, embedPositions(table, name: scope.path + ".weight", offset: offset))
  }
}
