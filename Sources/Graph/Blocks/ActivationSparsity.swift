import Foundation

/// Only the largest inputs of an activation count: those above a share of a normal distribution with their mean and
/// deviation (Gemma 3n, `activation_sparsity_pattern`).
package struct ActivationSparsity: Sendable, Hashable {
  /// How many standard deviations above the mean the cut is.
  package let deviations: Float

  /// Cuts off this share of the inputs, between 0 and 1.
  package init(share: Double) {
    // The place up to which the normal distribution holds the share.
    var (low, high) = (-40.0, 40.0)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if 0.5 * erfc(-middle / 2.0.squareRoot()) < share { low = middle } else { high = middle }
    }
    deviations = Float((low + high) / 2)
  }
}

extension Graph {
  /// What of each element is above the cut, and 0 for the others.
  func cut(_ value: Value, _ sparsity: ActivationSparsity) throws(GraphError) -> Value {
    let mean = try reduce(.mean, value, axis: -1, keepsDimensions: true)
    let centred = try binary(.subtract, value, mean)
    let variance = try reduce(.mean, multiply(centred, centred), axis: -1, keepsDimensions: true)
    let threshold = try scaled(unary(.sqrt, variance), by: sparsity.deviations)
    return try unary(.relu, binary(.subtract, centred, threshold))
  }
}
