import Foundation

/// Reading and writing alone: the floor of any conversion.
enum PlainCopy {
  private static let pieceByteCount = 8 << 20

  /// Seconds that reading the whole file in pieces of 8 MB takes.
  static func secondsToRead(_ file: URL) throws -> Double {
    let handle = open(file.path, O_RDONLY)
    defer { close(handle) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceByteCount, alignment: 4096)
    defer { buffer.deallocate() }
    return elapsed { while read(handle, buffer.baseAddress, buffer.count) > 0 {} }
  }

  /// Seconds that writing `count` bytes to a new file in pieces of 8 MB takes.
  static func secondsToWrite(_ count: Int, at file: URL) throws -> Double {
    let buffer = [UInt8](repeating: 0xA5, count: pieceByteCount)
    defer { try? FileManager.default.removeItem(at: file) }
    return elapsed {
      let handle = open(file.path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
      var left = count
      while left > 0 { left -= write(handle, buffer, min(left, buffer.count)) }
      close(handle)
    }
  }

  private static func elapsed(_ work: () -> Void) -> Double {
    let clock = ContinuousClock()
    return clock.measure(work) / .seconds(1)
  }
}

/// A program run to its end.
struct MeasuredProcess {
  var seconds: Double
  var peakBytes: Int

  /// Runs `program` and waits for it with wait4(2), which tells its peak resident memory.
  static func run(_ program: String, _ arguments: [String]) throws -> MeasuredProcess {
    let begin = ContinuousClock.now
    var child = pid_t()
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    guard posix_spawn(&child, program, nil, nil, &words, environ) == 0 else {
      throw CocoaError(.executableNotLoadable)
    }
    var status: Int32 = 0
    var usage = rusage()
    wait4(child, &status, 0, &usage)
    guard status == 0 else { throw CocoaError(.executableRuntimeMismatch) }
    return MeasuredProcess(
      seconds: (ContinuousClock.now - begin) / .seconds(1), peakBytes: Int(usage.ru_maxrss) * 1024)
  }
}

extension URL {
  /// The size of the file.
  func fileByteCount() throws -> Int {
    try resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
  }
}
