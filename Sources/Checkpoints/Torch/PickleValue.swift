import Tensors

/// A value that a restricted pickle can make. Containers, storages and tensors live in the unpickler and are known by
/// number, so that values are small and nothing nests in memory, however deep the pickle does.
enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case global(PickleGlobal)
  case storage(Int)
  case tensor(Int)
  /// The marker that `MARK` puts on the stack.
  case mark

  /// An integer.
  var int: Int? {
    guard case .int(let value) = self else { return nil }
    return value
  }

  /// A text.
  var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }
}

/// Everything that a pickle may refer to by name.
enum PickleGlobal {
  case orderedDictionary
  case size
  case rebuildTensor
  /// Like `rebuildTensor`, with the type of the numbers beside a storage of bytes.
  case rebuildTypedTensor
  case rebuildParameter
  /// A class of storages; nil for one of bytes.
  case storage(ElementType?)
  case type(ElementType)

  /// What the name stands for, nil for whatever does not belong in a state dictionary.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch", "Size"): self = .size
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTypedTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch.storage", "UntypedStorage"), ("torch", "UntypedStorage"): self = .storage(nil)
    case ("torch", _):
      if let type = PickleGlobal.storages[name] {
        self = .storage(type)
      } else if let type = PickleGlobal.types[name] {
        self = .type(type)
      } else {
        return nil
      }
    default: return nil
    }
  }

  private static let storages: [String: ElementType] = [
    "DoubleStorage": .f64, "FloatStorage": .f32, "HalfStorage": .f16, "BFloat16Storage": .bf16,
    "LongStorage": .i64, "IntStorage": .i32, "ShortStorage": .i16, "CharStorage": .i8, "ByteStorage": .u8,
    "BoolStorage": .boolean,
  ]

  private static let types: [String: ElementType] = [
    "float64": .f64, "double": .f64, "float32": .f32, "float": .f32, "float16": .f16, "half": .f16,
    "bfloat16": .bf16, "int64": .i64, "long": .i64, "int32": .i32, "int16": .i16, "int8": .i8, "uint8": .u8,
    "bool": .boolean, "float8_e4m3fn": .f8e4m3, "float8_e5m2": .f8e5m2, "uint16": .u16, "uint32": .u32,
    "uint64": .u64, "float8_e8m0fnu": .f8e8m0,
  ]
}

/// A run of numbers in an entry of the archive, which several tensors may share.
struct TorchStorage {
  /// The entry's name below `data/`.
  let key: String
  /// The type, nil for plain bytes.
  let type: ElementType?
  /// How many numbers, or bytes.
  let count: Int
}

/// A view of a storage.
struct TorchTensorRecord {
  let storage: TorchStorage
  let type: ElementType
  /// In numbers of `type`, like the strides.
  let offset: Int
  let dimensions: [Int]
  let strides: [Int]
}
