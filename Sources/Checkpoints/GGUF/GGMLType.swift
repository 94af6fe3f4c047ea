import Tensors

/// How ggml stores the numbers of a tensor, with the number that GGUF files use for it.
enum GGMLType: UInt32, Sendable, CaseIterable {
  case f32 = 0
  case f16 = 1
  case q4_0 = 2
  case q4_1 = 3
  case q5_0 = 6
  case q5_1 = 7
  case q8_0 = 8
  case q2_k = 10
  case q3_k = 11
  case q4_k = 12
  case q5_k = 13
  case q6_k = 14
  case iq2_xxs = 16
  case iq2_xs = 17
  case iq3_xxs = 18
  case iq1_s = 19
  case iq4_nl = 20
  case iq3_s = 21
  case iq2_s = 22
  case iq4_xs = 23
  case i8 = 24
  case i16 = 25
  case i32 = 26
  case i64 = 27
  case f64 = 28
  case iq1_m = 29
  case bf16 = 30
  case tq1_0 = 34
  case tq2_0 = 35
  case mxfp4 = 39

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
    case .q5_0: Q5_0Block.self
    case .q5_1: Q5_1Block.self
    case .q8_0: Q8_0Block.self
    case .q2_k: Q2_KBlock.self
    case .q3_k: Q3_KBlock.self
    case .q4_k: Q4_KBlock.self
    case .q5_k: Q5_KBlock.self
    case .q6_k: Q6_KBlock.self
    case .iq2_xxs: IQ2_XXSBlock.self
    case .iq2_xs: IQ2_XSBlock.self
    case .iq2_s: IQ2_SBlock.self
    case .iq3_xxs: IQ3_XXSBlock.self
    case .iq3_s: IQ3_SBlock.self
    case .iq1_s: IQ1_SBlock.self
    case .iq1_m: IQ1_MBlock.self
    case .tq1_0: TQ1_0Block.self
    case .tq2_0: TQ2_0Block.self
    case .iq4_nl: IQ4_NLBlock.self
    case .iq4_xs: IQ4_XSBlock.self
    case .mxfp4: MXFP4Block.self
    default: nil
    }
  }

  /// The numbers of a row that are stored together; 1 for plain numbers.
  var blockElementCount: Int { block?.elementCount ?? 1 }

  /// The bytes of a block, or of one number.
  var blockByteCount: Int { block?.byteCount ?? (elementType?.bits ?? 8) / 8 }

  /// Types that ggml has removed, and the type that the same model is published in.
  static let removedNames: [UInt32: (name: String, instead: String)] = [
    4: ("Q4_2", "Q4_0"), 5: ("Q4_3", "Q4_1"), 31: ("Q4_0_4_4", "Q4_0"), 32: ("Q4_0_4_8", "Q4_0"),
    33: ("Q4_0_8_8", "Q4_0"), 36: ("IQ4_NL_4_4", "IQ4_NL"), 37: ("IQ4_NL_4_8", "IQ4_NL"),
    38: ("IQ4_NL_8_8", "IQ4_NL"),
  ]

  /// The names of types that are known but not read, for messages.
  static let unreadNames: [UInt32: String] = [9: "Q8_1", 15: "Q8_K", 40: "NVFP4"]
}
