import COpenVINO

/// The value of a property, as OpenVINO's plugins take it.
public enum PropertyValue: Sendable, Hashable {
  /// A text; plugins read numbers and YES/NO from it, too.
  case text(String)
  /// A whole number.
  case integer(Int)
  /// A number.
  case real(Double)
  /// Yes or no.
  case boolean(Bool)
  /// Properties within a property, such as those of one stage of NPUW.
  case map([String: PropertyValue])
}

extension PropertyValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .text(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .real(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(dictionaryLiteral elements: (String, PropertyValue)...) {
    self = .map(Dictionary(elements) { _, last in last })
  }
}

extension PropertyValue: CustomStringConvertible {
  /// One spelling for each value, so that equal properties give equal cache keys.
  public var description: String {
    switch self {
    case .text(let text): text
    case .integer(let number): "\(number)"
    case .real(let number): "\(number)"
    case .boolean(let flag): flag ? "YES" : "NO"
    case .map(let items):
      "{" + items.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",") + "}"
    }
  }
}

/// The name of a property. Every name of OpenVINO and its plugins can be used; those that Oven uses have a
/// constant here.
public struct PropertyKey: RawRepresentable, Sendable, Hashable {
  /// OpenVINO's name.
  public var rawValue: String

  /// Makes a key of its name.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// LATENCY or THROUGHPUT.
  public static let performanceHint = PropertyKey(rawValue: "PERFORMANCE_HINT")
  /// The type that is computed with: f32, f16, bf16.
  public static let inferencePrecision = PropertyKey(rawValue: "INFERENCE_PRECISION_HINT")
  /// The type of cached keys and values.
  public static let cachePrecision = PropertyKey(rawValue: "KV_CACHE_PRECISION")
  /// Activations per scale of dynamic quantisation; 0 switches it off.
  public static let dynamicQuantizationGroupSize = PropertyKey(rawValue: "DYNAMIC_QUANTIZATION_GROUP_SIZE")
  /// Threads of the CPU plugin.
  public static let threads = PropertyKey(rawValue: "INFERENCE_NUM_THREADS")
  /// Where OpenVINO itself keeps blobs.
  public static let cacheDirectory = PropertyKey(rawValue: "CACHE_DIR")
  /// The name of the device for people.
  public static let fullDeviceName = PropertyKey(rawValue: "FULL_DEVICE_NAME")
  /// Where the weights of a weightless blob are.
  public static let weightsPath = PropertyKey(rawValue: "WEIGHTS_PATH")
}

/// Properties of a device or of one compilation.
public struct Properties: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  /// The values by OpenVINO's names.
  public var values: [String: PropertyValue]

  /// Makes properties of their values.
  public init(_ values: [String: PropertyValue] = [:]) {
    self.values = values
  }

  public init(dictionaryLiteral elements: (String, PropertyValue)...) {
    self.init(Dictionary(elements) { _, last in last })
  }

  /// The value of a property, if it is set.
  public subscript(key: PropertyKey) -> PropertyValue? {
    get { values[key.rawValue] }
    set { values[key.rawValue] = newValue }
  }

  /// The value of a property, if it is set.
  public subscript(name: String) -> PropertyValue? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// These, with those of `others` in place of equal names.
  public func merging(_ others: Properties) -> Properties {
    Properties(values.merging(others.values) { _, other in other })
  }

  /// "KEY=VALUE" in alphabetical order.
  public var sorted: [String] {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }
}

extension Properties {
  /// Lends the properties in C's form for the time of `body`.
  func withTable<Result>(_ body: (UnsafePointer<ovb_property>?, Int) -> Result) -> Result {
    let arena = PropertyArena()
    let items = arena.table(of: values)
    return withExtendedLifetime(arena) { body(items, values.count) }
  }
}

/// Owns the C strings and arrays of one call.
private final class PropertyArena {
  private var strings: [UnsafeMutablePointer<CChar>] = []
  private var tables: [UnsafeMutableBufferPointer<ovb_property>] = []

  deinit {
    strings.forEach { $0.deallocate() }
    tables.forEach { $0.deallocate() }
  }

  private func string(_ text: String) -> UnsafePointer<CChar> {
    let bytes = text.utf8CString
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    bytes.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { copy.update(from: base, count: source.count) }
    }
    strings.append(copy)
    return UnsafePointer(copy)
  }

  func table(of values: [String: PropertyValue]) -> UnsafePointer<ovb_property>? {
    let table = UnsafeMutableBufferPointer<ovb_property>.allocate(capacity: values.count)
    tables.append(table)
    for (index, (key, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
      table.initializeElement(at: index, to: property(string(key), value))
    }
    return UnsafePointer(table.baseAddress)
  }

  private func property(_ key: UnsafePointer<CChar>, _ value: PropertyValue) -> ovb_property {
    var property = ovb_property(
      key: key, kind: ovb_kind(OVB_TEXT), text: nil, integer: 0, real: 0, items: nil, count: 0)
    switch value {
    case .text(let text):
      property.text = string(text)
    case .integer(let number):
      property.kind = ovb_kind(OVB_INTEGER)
      property.integer = Int64(number)
    case .real(let number):
      property.kind = ovb_kind(OVB_REAL)
      property.real = number
    case .boolean(let flag):
      property.kind = ovb_kind(OVB_BOOLEAN)
      property.integer = flag ? 1 : 0
    case .map(let items):
      property.kind = ovb_kind(OVB_MAP)
      property.items = table(of: items)
      property.count = items.count
    }
    return property
  }
}
