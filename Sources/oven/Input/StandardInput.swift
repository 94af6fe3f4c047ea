import Files

/// What comes on stdin, whatever it is connected to.
struct StandardInput {
  private var buffer: [UInt8] = []
  private var start = 0
  /// How far no end of a line was found.
  private var searched = 0
  private var hasEnded = false

  /// The next line without its end; nil at the end. Bytes that are no UTF-8 are replaced.
  ///
  /// - Throws: an `ErrorReport` where stdin cannot be read.
  mutating func nextLine() throws -> String? {
    while true {
      if let end = buffer[max(start, searched)...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return Self.text(buffer[start..<end])
      }
      if hasEnded {
        defer { start = buffer.count }
        return start < buffer.count ? Self.text(buffer[start...]) : nil
      }
      buffer.removeFirst(start)
      (start, searched) = (0, buffer.count)
      switch TerminalDevice.input.read(milliseconds: -1) {
      case .bytes(let bytes): buffer += bytes
      case .nothing: continue
      case .ended: hasEnded = true
      case .failed(let number): throw Self.report(FileError("read", "stdin", number))
      }
    }
  }

  /// All of it.
  static func bytes(limit: Int = 1 << 30, whileWaiting: (Int) -> Void = { _ in }) throws -> [UInt8] {
    do throws(FileError) {
      return try TerminalDevice.input.readToEnd(limit: limit, whileWaiting: whileWaiting)
    } catch {
      throw report(error)
    }
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes, as: UTF8.self)
  }

  private static func report(_ error: FileError) -> ErrorReport {
    let isFolder = TerminalDevice.input.isFolder
    return ErrorReport(
      what: "stdin cannot be read", why: isFolder ? "it is a folder" : error.reason,
      mend: isFolder ? "give a file: < FILE" : "give a file, a pipe, or </dev/null", status: .noInput)
  }
}
