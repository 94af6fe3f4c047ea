/// A value of a GGUF file's metadata.
///
/// Numbers of all widths are widened; arrays keep one kind of element in one Swift array, so that a vocabulary
/// of a quarter million tokens costs little more than its bytes.
package enum GGUFValue: Sendable, Hashable {
  /// An integer of any width.
  case integer(Int)
  /// A floating-point number of either width.
  case float(Double)
  /// A truth value.
  case bool(Bool)
  /// A text.
  case string(String)
  /// An array of integers.
  case integers([Int])
  /// An array of floating-point numbers.
  case floats([Float])
  /// An array of truth values.
  case bools([Bool])
  /// An array of texts.
  case strings([String])
  /// An array of arrays.
  case arrays([GGUFValue])

  /// An integer; nil for anything else.
  package var int: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  /// Any number.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .float(let value): value
    default: nil
    }
  }

  /// A truth value.
  package var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// A text.
  package var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// An array of texts.
  package var strings: [String]? {
    guard case .strings(let values) = self else { return nil }
    return values
  }

  /// An array of integers.
  package var ints: [Int]? {
    guard case .integers(let values) = self else { return nil }
    return values
  }

  /// An array of floating-point numbers, or of integers as such.
  package var floats: [Float]? {
    switch self {
    case .floats(let values): values
    case .integers(let values): values.map(Float.init)
    default: nil
    }
  }

  /// An array of truth values.
  package var bools: [Bool]? {
    guard case .bools(let values) = self else { return nil }
    return values
  }
}
