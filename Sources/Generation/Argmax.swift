/// The position of the largest logit.
enum Argmax {
  /// Numbers that one step looks at.
  private static let width = 16
  /// Numbers after which the best block is noted, so that only one block is searched for the position.
  private static let block = 4096

  /// The first position of the largest number; nil where all are NaN or minus infinity.
  static func position(_ values: UnsafeBufferPointer<Float>) -> Int? {
    var (best, bestStart) = (-Float.infinity, -1)
    var start = 0
    while start < values.count {
      let end = min(start + block, values.count)
      let largest = maximum(UnsafeBufferPointer(rebasing: values[start..<end]))
      if largest > best { (best, bestStart) = (largest, start) }
      start = end
    }
    guard bestStart >= 0 else { return nil }
    return values[bestStart...].firstIndex(of: best)
  }

  /// The largest number that is not NaN, or minus infinity.
  private static func maximum(_ values: UnsafeBufferPointer<Float>) -> Float {
    var first = SIMD16<Float>(repeating: -.infinity)
    var second = first
    var index = 0
    if let base = values.baseAddress {
      let raw = UnsafeRawPointer(base)
      while index + 2 * width <= values.count {
        let offset = index * MemoryLayout<Float>.stride
        let left = raw.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
        let right = raw.loadUnaligned(
          fromByteOffset: offset + MemoryLayout<SIMD16<Float>>.stride, as: SIMD16<Float>.self)
        first.replace(with: left, where: left .> first)
        second.replace(with: right, where: right .> second)
        index += 2 * width
      }
    }
    first.replace(with: second, where: second .> first)
    var largest = first.max()
    while index < values.count {
      if values[index] > largest { largest = values[index] }
      index += 1
    }
    return largest
  }
}
