import Foundation

/// Bytes that end where the next page cannot be touched: whoever reads one byte too many crashes.
final class GuardedMemory {
  let start: UnsafeMutableRawPointer
  let count: Int
  private let pages: UnsafeMutableRawPointer
  private let mapped: Int

  init(_ bytes: [UInt8]) {
    let page = Int(getpagesize())
    count = bytes.count
    mapped = (bytes.count + page - 1) / page * page + page
    let memory = mmap(nil, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else { preconditionFailure("no memory for a test") }
    pages = memory
    mprotect(pages + (mapped - page), page, PROT_NONE)
    start = pages + (mapped - page - bytes.count)
    bytes.withUnsafeBytes {
      if let base = $0.baseAddress { start.copyMemory(from: base, byteCount: bytes.count) }
    }
  }

  convenience init(floats: [Float]) {
    self.init(floats.withUnsafeBytes { Array($0) })
  }

  deinit { munmap(pages, mapped) }

  var floats: [Float] {
    (0..<count / 4).map { start.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
  }
}
