import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Zeros that take memory only where something was written.
package final class ZeroPages {
  /// The zeros, until somebody writes.
  package let bytes: UnsafeMutableRawBufferPointer

  /// - Throws: Where the system has no room for so many addresses.
  package init(byteCount: Int) throws(FileError) {
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let address = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0)
    guard let address, address != MAP_FAILED else {
      throw FileError("reserve", "\(byteCount) bytes of memory", Errno(rawValue: errno))
    }
    bytes = UnsafeMutableRawBufferPointer(start: address, count: byteCount)
  }

  deinit { munmap(bytes.baseAddress, bytes.count) }
}
