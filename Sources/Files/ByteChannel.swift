import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One end of a two-way stream of bytes between processes, in frames: the length in four bytes, the lowest first, a byte
/// that says what it is, then the rest.
///
/// One thread may send while another one receives. It cannot be copied away from its descriptor, which it closes.
package final class ByteChannel: Sendable {
  /// What was sent at once.
  package struct Frame: Sendable, Equatable {
    /// What it is, by agreement of both sides.
    package var kind: UInt8
    /// What it says.
    package var bytes: [UInt8]

    /// A frame.
    package init(kind: UInt8, bytes: [UInt8] = []) {
      self.kind = kind
      self.bytes = bytes
    }
  }

  /// No frame is longer: a prompt of four million tokens is not.
  private static let longest = 1 << 28

  private let descriptor: CInt

  /// Takes a descriptor over.
  package init(descriptor: CInt) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Says that nothing more is sent or received: the other side reads what was sent, and then the end.
  func end() { _ = shutdown(descriptor, CInt(SHUT_RDWR)) }

  /// Two ends that belong together.
  package static func pair() throws(FileError) -> (ByteChannel, ByteChannel) {
    let ends = try descriptors()
    return (ByteChannel(descriptor: ends.0), ByteChannel(descriptor: ends.1))
  }

  static func descriptors() throws(FileError) -> (CInt, CInt) {
    var ends: [CInt] = [-1, -1]
    #if os(Linux)
      let kind = CInt(SOCK_STREAM.rawValue)
    #else
      let kind = SOCK_STREAM
    #endif
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw FileError("make", "a pair of sockets", Errno(rawValue: errno))
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  /// Sends a frame.
  ///
  /// - Returns: Whether the other side is still there.
  package func send(_ frame: Frame) -> Bool {
    var message: [UInt8] = []
    message.reserveCapacity(frame.bytes.count + 5)
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: frame.bytes.count + 1).littleEndian) {
      message.append(contentsOf: $0)
    }
    message.append(frame.kind)
    message.append(contentsOf: frame.bytes)
    return message.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = systemSend(descriptor, UnsafeRawBufferPointer(rebasing: bytes[sent...]))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }
  }

  /// What came of waiting for a frame.
  package enum Arrival: Sendable, Equatable {
    /// A frame.
    case frame(Frame)
    /// Nothing in the time that was given.
    case nothing
    /// The other side is gone, or says what cannot be.
    case ended
  }

  /// Waits for the next frame.
  ///
  /// - Parameter milliseconds: How long for its beginning at most; without limit if nil.
  package func receive(milliseconds: Int? = nil) -> Arrival {
    if let milliseconds, !waitForBytes(CInt(clamping: max(0, milliseconds))) { return .nothing }
    guard let head = read(4) else { return .ended }
    var length = 0
    for (index, byte) in head.enumerated() { length |= Int(byte) << (8 * index) }
    guard length >= 1, length <= Self.longest, let body = read(length) else { return .ended }
    return .frame(Frame(kind: body[0], bytes: Array(body.dropFirst())))
  }

  private func waitForBytes(_ milliseconds: CInt) -> Bool {
    var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // Whatever else than no event it is, reading says what.
    return systemPoll(&poll, milliseconds) != 0
  }

  private func read(_ count: Int) -> [UInt8]? {
    var isWhole = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let got = systemRead(descriptor, base + filled, count - filled)
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { return }
        filled += got
      }
      isWhole = true
    }
    return isWhole ? bytes : nil
  }
}

private func systemPoll(_ entry: inout pollfd, _ milliseconds: CInt) -> CInt { poll(&entry, 1, milliseconds) }

private func systemRead(_ descriptor: CInt, _ to: UnsafeMutableRawPointer, _ count: Int) -> Int {
  read(descriptor, to, count)
}

/// Sends without the signal that the other side's end would bring.
private func systemSend(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
  #if os(Linux)
    return send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
  #else
    var isOn: CInt = 1
    setsockopt(descriptor, SOL_SOCKET, SO_NOSIGPIPE, &isOn, socklen_t(MemoryLayout<CInt>.size))
    return send(descriptor, bytes.baseAddress, bytes.count, 0)
  #endif
}
