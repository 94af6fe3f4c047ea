import JSON

/// Repeated measurements of one quantity.
package struct Spread: Equatable {
  /// In the order in which they were taken.
  package let values: [Double]

  /// Takes measurements.
  package init(values: [Double]) { self.values = values }

  /// The middle one, or the mean of the two in the middle; 0 for none.
  package var median: Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  package var minimum: Double { values.min() ?? 0 }
  package var maximum: Double { values.max() ?? 0 }

  /// Half of the distance from the least to the greatest, as a part of the median.
  package var relativeSpread: Double { median > 0 ? (maximum - minimum) / 2 / median : 0 }

  /// Every value of another unit.
  package func map(_ change: (Double) -> Double) -> Spread { Spread(values: values.map(change)) }

  package var json: JSON {
    [
      "median": .double(median), "minimum": .double(minimum), "maximum": .double(maximum),
      "runs": .array(values.map(JSON.double)),
    ]
  }

  /// The median with the spread: `41.2 ± 3 %`.
  package func text(_ show: (Double) -> String) -> String {
    values.count > 1 ? "\(show(median)) ± \(Units.decimals(relativeSpread * 100, 0)) %" : show(median)
  }
}
