/// The type of a tensor's elements, by OpenVINO's name.
public struct ElementType: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
  /// OpenVINO's name: "f32", "i64", "u4", ...
  public var rawValue: String

  /// Makes a type of its name.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Not known before the model runs.
  public static let dynamic = ElementType(rawValue: "dynamic")
  /// True or false, a byte each.
  public static let boolean = ElementType(rawValue: "boolean")
  /// 16 bits, with the range of f32.
  public static let bf16 = ElementType(rawValue: "bf16")
  /// Half precision.
  public static let f16 = ElementType(rawValue: "f16")
  /// Single precision.
  public static let f32 = ElementType(rawValue: "f32")
  /// Double precision.
  public static let f64 = ElementType(rawValue: "f64")
  /// Signed, 4 bits.
  public static let i4 = ElementType(rawValue: "i4")
  /// Signed, 8 bits.
  public static let i8 = ElementType(rawValue: "i8")
  /// Signed, 16 bits.
  public static let i16 = ElementType(rawValue: "i16")
  /// Signed, 32 bits.
  public static let i32 = ElementType(rawValue: "i32")
  /// Signed, 64 bits.
  public static let i64 = ElementType(rawValue: "i64")
  /// Unsigned, 4 bits.
  public static let u4 = ElementType(rawValue: "u4")
  /// Unsigned, 8 bits.
  public static let u8 = ElementType(rawValue: "u8")
  /// Unsigned, 16 bits.
  public static let u16 = ElementType(rawValue: "u16")
  /// Unsigned, 32 bits.
  public static let u32 = ElementType(rawValue: "u32")
  /// Unsigned, 64 bits.
  public static let u64 = ElementType(rawValue: "u64")
  /// Texts, as the operations of openvino_tokenizers take and give them; see `Tensor(texts:)`.
  public static let string = ElementType(rawValue: "string")

  public var description: String { rawValue }
}

/// A Swift type that has the layout of an element type.
public protocol TensorElement: BitwiseCopyable, Sendable {
  /// OpenVINO's type with this layout.
  static var elementType: ElementType { get }
}

extension Float: TensorElement {
  /// Single precision.
  public static var elementType: ElementType { .f32 }
}
extension Double: TensorElement {
  /// Double precision.
  public static var elementType: ElementType { .f64 }
}
extension Int8: TensorElement {
  /// Signed, 8 bits.
  public static var elementType: ElementType { .i8 }
}
extension Int16: TensorElement {
  /// Signed, 16 bits.
  public static var elementType: ElementType { .i16 }
}
extension Int32: TensorElement {
  /// Signed, 32 bits.
  public static var elementType: ElementType { .i32 }
}
extension Int64: TensorElement {
  /// Signed, 64 bits.
  public static var elementType: ElementType { .i64 }
}
extension UInt8: TensorElement {
  /// Unsigned, 8 bits.
  public static var elementType: ElementType { .u8 }
}
extension UInt16: TensorElement {
  /// Unsigned, 16 bits.
  public static var elementType: ElementType { .u16 }
}
extension UInt32: TensorElement {
  /// Unsigned, 32 bits.
  public static var elementType: ElementType { .u32 }
}
extension UInt64: TensorElement {
  /// Unsigned, 64 bits.
  public static var elementType: ElementType { .u64 }
}
