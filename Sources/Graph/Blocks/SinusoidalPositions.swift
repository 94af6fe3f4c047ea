import Foundation
import Tensors

extension DecoderBuilder {
  /// Positions as sines and behind them cosines of geometrically falling frequencies, from 1 down to 1/10000:
  /// [batch, tokens, size] for an even size of at least 4.
  /// - Parameter offset: what is added to each position.
  package func sinusoidalPositions(size: Int, offset: Int) throws(GraphError) -> Value {
    guard size >= 4, size % 2 == 0 else {
      throw GraphError(.unsupported, "sinusoidal positions of \(size) elements")
    }
    let half = size / 2
    let frequencies = (0..<half).map { Float(exp(-log(10_000) * Double($0) / Double(half - 1))) }
    let places = try graph.convert(graph.add(positions, graph.integer(offset)), to: .f32)
    let angles = try graph.multiply(
      graph.unsqueeze(places, 2), graph.append(Constant(frequencies, shape: [1, 1, half])))
    return try prepared(
      "position_embeds", graph.concat([graph.unary(.sin, angles), graph.unary(.cos, angles)], axis: -1))
  }
}
