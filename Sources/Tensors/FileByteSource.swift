import Files

/// A regular file, read at given positions.
///
/// Positional reads into reused buffers keep the resident set small (a mapping would count every page that was
/// touched), and threads share the descriptor without a lock.
public final class FileByteSource: ByteSource {
  public let name: String
  public let byteCount: Int
  private let file: OpenFile

  /// Opens the file at `path`.
  /// - Throws: `TensorError` of code `unreadable`, with the system's reason.
  public init(path: String) throws(TensorError) {
    name = path
    let status: FileStatus
    do throws(FileError) {
      file = try OpenFile(reading: path)
      status = try file.status
    } catch {
      throw TensorError(.unreadable, "cannot open \(path): \(error.reason)")
    }
    guard status.kind == .file else { throw TensorError(.unreadable, "\(path) is not a regular file") }
    byteCount = status.size
  }

  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try checkRange(offset: offset, count: buffer.count)
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count: Int
      do throws(FileError) {
        count = try file.read(into: rest, at: offset + done)
      } catch {
        throw TensorError(.unreadable, "cannot read \(name) at byte \(offset + done): \(error.reason)")
      }
      // The file was long enough when it was opened: it is being cut.
      guard count > 0 else {
        throw TensorError(
          .unreadable, "cannot read \(name) at byte \(offset + done): the file became shorter")
      }
      done += count
    }
  }
}
