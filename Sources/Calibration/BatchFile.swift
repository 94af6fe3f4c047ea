import Files
import Foundation
import OpenVINO

/// The values that cross from one segment to the next, of all batches: as much as the text is long, and therefore in a
/// file, of which only the batches that are being computed are in memory.
package final class BatchFile {
  private let file: OpenFile
  private var position = 0

  /// An empty file.
  package init(_ url: URL) throws {
    file = try OpenFile(writing: url.path)
    try file.truncate(to: 0)
  }

  /// Keeps a value that was computed.
  func append(_ tensor: Tensor) throws -> BatchValue {
    let layout = try tensor.layout()
    return try tensor.withBytes { bytes in
      try append(UnsafeRawBufferPointer(bytes), shape: layout.shape, type: layout.elementType)
    }
  }

  /// Keeps a value of another file, which later segments read as well.
  func append(_ value: BatchValue) throws -> BatchValue {
    try withUnsafeTemporaryAllocation(byteCount: value.byteCount, alignment: 64) { bytes in
      try value.read(into: bytes)
      return try append(UnsafeRawBufferPointer(bytes), shape: value.shape, type: value.type)
    }
  }

  private func append(_ bytes: UnsafeRawBufferPointer, shape: [Int], type: ElementType) throws -> BatchValue {
    try file.write(bytes, at: position)
    defer { position += bytes.count }
    return BatchValue(shape: shape, type: type, file: file, offset: position, byteCount: bytes.count)
  }
}

/// A value of a batch, in float32 or whole numbers.
struct BatchValue {
  var shape: [Int]
  var type: ElementType
  let file: OpenFile
  let offset: Int
  let byteCount: Int

  func tensor(_ runtime: OpenVINORuntime) throws -> Tensor {
    let tensor = try Tensor(type, shape: shape, runtime: runtime)
    try tensor.withBytes { bytes in
      guard bytes.count == byteCount else { throw Self.damaged(file) }
      try read(into: bytes)
    }
    return tensor
  }

  fileprivate func read(into bytes: UnsafeMutableRawBufferPointer) throws {
    var done = 0
    while done < byteCount {
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done..<byteCount])
      let count = try file.read(into: rest, at: offset + done)
      guard count > 0 else { throw Self.damaged(file) }
      done += count
    }
  }

  private static func damaged(_ file: OpenFile) -> CalibrationError {
    CalibrationError(.damaged, "\(file.path) is shorter than what was written to it")
  }
}
