import Digests
import Files
import Foundation
import Kernels
import Quantization
import Tensors

/// Memory for a whole quantised matrix, written slab by slab.
struct Output {
  private let whole: CompressedRows

  init(_ format: CompressedFormat) {
    func part(_ size: (Int, Int) -> Int) -> UnsafeMutableRawBufferPointer {
      let bytes = UnsafeMutableRawBufferPointer.allocate(
        byteCount: size(Benchmark.rows, Benchmark.columns), alignment: 64)
      bytes.initializeMemory(as: UInt8.self, repeating: 0)
      return bytes
    }
    whole = CompressedRows(
      values: part(format.valueByteCount), scales: part(format.scaleByteCount),
      zeroPoints: part(format.zeroPointByteCount))
  }

  func slab(_ number: Int, _ format: CompressedFormat) -> CompressedRows {
    func part(_ bytes: UnsafeMutableRawBufferPointer, _ size: (Int, Int) -> Int)
      -> UnsafeMutableRawBufferPointer
    {
      let count = size(Benchmark.slabRows, Benchmark.columns)
      return UnsafeMutableRawBufferPointer(rebasing: bytes[number * count..<(number + 1) * count])
    }
    return CompressedRows(
      values: part(whole.values, format.valueByteCount), scales: part(whole.scales, format.scaleByteCount),
      zeroPoints: part(whole.zeroPoints, format.zeroPointByteCount))
  }

  func deallocate() {
    whole.values.deallocate()
    whole.scales.deallocate()
    whole.zeroPoints.deallocate()
  }
}

extension Benchmark {
  static var instructionSet: String { String(cString: oven_instruction_set()) }

  /// Seconds of processor time of the best of several runs: time that other programs take does not count.
  static func rate(_ body: () throws -> Void) rethrows -> Double {
    var best = Double.infinity
    for _ in 0..<9 {
      let start = processorTime()
      try body()
      best = min(best, processorTime() - start)
    }
    return best
  }

  private static func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  static func gigaweights(_ seconds: Double) -> String {
    fixed(Double(rows * columns) / seconds * 1e-9) + " G/s"
  }

  static func fixed(_ value: Double) -> String {
    let scaled = Int((value * 10000).rounded())
    return "\(scaled / 10000).\(String(scaled % 10000 + 10000).dropFirst())"
  }

  static func row(_ cells: String...) {
    let padded = cells.enumerated().map { index, cell in
      cell + String(repeating: " ", count: max(0, (index == 0 ? 22 : 16) - cell.count))
    }
    print(padded.joined())
  }

  static func hashes(of bytes: UnsafeRawBufferPointer) {
    row("checksums", "", "", "")
    let sha = rate { _ = SHA256.digest(of: bytes) }
    let xxh3 = rate { _ = FastDigest.hexadecimal(of: bytes) }
    row("XXH3-128", fixed(Double(bytes.count) / xxh3 * 1e-9) + " GB/s", "", "")
    row("SHA-256", fixed(Double(bytes.count) / sha * 1e-9) + " GB/s", "", "")
  }

  /// Weights as a model has them, normally distributed.
  static func randomFloats() -> UnsafeMutableBufferPointer<Float> {
    let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: rows * columns)
    var state: UInt64 = 1
    for index in floats.indices {
      var sum: Float = 0
      for _ in 0..<4 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        sum += Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
      }
      floats[index] = sum * 0.02
    }
    return floats
  }
}
