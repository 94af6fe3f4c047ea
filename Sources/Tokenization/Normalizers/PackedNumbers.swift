/// Reads the numbers of the generated tables: five bits a digit, the lowest first, digits from 32 on
/// continue.
struct PackedNumbers: IteratorProtocol {
  private let text: StaticString
  private var position = 0

  init(_ text: StaticString) { self.text = text }

  /// The value of each digit; the digits are 0-9, A-Z, a-z, `-` and `_`.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0, count: 256)
    let digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_".utf8
    for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }()

  mutating func next() -> Int? {
    var number = 0
    var shift = 0
    while position < text.utf8CodeUnitCount {
      let digit = Int(Self.values[Int(text.utf8Start[position])])
      position += 1
      number |= (digit & 31) << shift
      if digit < 32 { return number }
      shift += 5
    }
    return nil
  }

  /// The next number with its sign in the lowest bit.
  mutating func nextSigned() -> Int? {
    next().map { $0 & 1 == 0 ? $0 >> 1 : -(($0 + 1) >> 1) }
  }
}
