/// What rounding did to some rows of a weight, in numbers that add up over slabs.
///
/// Errors compare the source with what a device computes from the result: values and zero points times the scale
/// as it is stored, so that the rounding of the scale to f16 counts.
public struct RowStatistics: Sendable, Equatable {
  /// How many elements were looked at.
  public var count = 0
  /// Sum of squared differences between source and result.
  public var squaredError = 0.0
  /// Sum of squares of the source.
  public var squares = 0.0
  /// The largest mean squared error of a row, NNCF's measure of how sensitive a layer is.
  public var maximumRowError = 0.0
  /// The largest magnitude of the source.
  public var maximumMagnitude: Float = 0
  /// How many elements of the source are NaN or infinite. They are taken for 0.
  public var nonFiniteCount = 0
  /// How many scales (or, in a dense conversion, elements) are beyond the range of the type they are stored in.
  /// They are stored as its largest finite number, so the rows that they stand for are wrong.
  public var overflowCount = 0

  /// The statistics of no rows.
  public init() {}

  /// The root of the mean squared error over the root of the mean square; 0 for an all-zero source, 1 where the
  /// squares are too large for a number.
  public var relativeError: Double {
    guard squares > 0 else { return 0 }
    return squares.isFinite && squaredError.isFinite ? (squaredError / squares).squareRoot() : 1
  }

  /// Adds the statistics of other rows of the same weight.
  public mutating func merge(_ other: RowStatistics) {
    count += other.count
    squaredError += other.squaredError
    squares += other.squares
    maximumRowError = max(maximumRowError, other.maximumRowError)
    maximumMagnitude = max(maximumMagnitude, other.maximumMagnitude)
    nonFiniteCount += other.nonFiniteCount
    overflowCount += other.overflowCount
  }
}
