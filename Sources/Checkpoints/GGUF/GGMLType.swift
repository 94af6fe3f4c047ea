import Tensors

/// How ggml stores the numbers of a tensor, with the number that GGUF files use for it.
enum GGMLType: UInt32, Sendable, CaseIterable {
  case f32 = 0
  case f16 = 1
  case q4_0 = 2
  case q4_1 = 3
  case q8_0 = 8
  case i8 = 24
  case i16 = 25
  case i32 = 26
  case i64 = 27
  case f64 = 28
  case bf16 = 30

  /// The name that GGUF tools use, such as `Q4_1`.
  var name: String { "\(self)".uppercased() }

  /// The type of numbers that are not in blocks.
  var elementType: ElementType? {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .i8: .i8
    case .i16: .i16
    case .i32: .i32
    case .i64: .i64
    case .f64: .f64
    case .bf16: .bf16
    default: nil
    }
  }

  /// The format of the blocks, nil for plain numbers.
  var block: (any BlockFormat.Type)? {
    switch self {
    case .q4_0: Q4_0Block.self
    case .q4_1: Q4_1Block.self
    case .q8_0: Q8_0Block.self
    default: nil
    }
  }

  /// The numbers of a row that are stored together; 1 for plain numbers.
  var blockElementCount: Int { block?.elementCount ?? 1 }

  /// The bytes of a block, or of one number.
  var blockByteCount: Int { block?.byteCount ?? (elementType?.bits ?? 8) / 8 }

  /// The names of types that are known but not read, for messages.
  static let unreadNames: [UInt32: String] = [
    9: "Q8_1", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 21: "IQ3_S", 22: "IQ2_S",
    29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 40: "NVFP4",
  ]
}
