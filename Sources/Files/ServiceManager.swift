#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The process that started this one and watches over it, where it is systemd or speaks as systemd does.
package enum ServiceManager {
  /// The first descriptor of those that are handed over.
  private static let firstDescriptor: Int32 = 3

  /// The sockets that were bound for this process before it started (sd_listen_fds(3)); none where nobody did.
  package static var inheritedSockets: [Int32] {
    guard Processes.variable("LISTEN_PID").flatMap({ Int32($0) }) == Processes.current,
      let count = Processes.variable("LISTEN_FDS").flatMap({ Int32($0) }), (1...64).contains(count)
    else { return [] }
    let descriptors = Array(firstDescriptor..<firstDescriptor + count)
    // Processes that this one starts have nothing to do with them.
    descriptors.forEach { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
    return descriptors
  }

  /// Seconds between two signs of life that are expected; nil where none are.
  package static var watchdogInterval: Double? {
    guard let microseconds = Processes.variable("WATCHDOG_USEC").flatMap({ Double($0) }), microseconds > 0
    else {
      return nil
    }
    if let process = Processes.variable("WATCHDOG_PID"), Int32(process) != Processes.current { return nil }
    return microseconds / 1e6
  }

  /// Tells a state (sd_notify(3)), such as `READY=1`; nothing where nobody listens.
  ///
  /// - Returns: Whether it was told.
  @discardableResult
  package static func notify(_ state: String) -> Bool {
    guard let path = Processes.variable("NOTIFY_SOCKET"), let first = path.utf8.first else { return false }
    var name = Array(path.utf8)
    // A name that begins with @ is one of Linux's that no file stands for.
    if first == UInt8(ascii: "@") { name[0] = 0 } else if first != UInt8(ascii: "/") { return false }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard name.count < room else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    #if canImport(Glibc)
      let kind = Int32(SOCK_DGRAM.rawValue)
    #else
      let kind = Int32(SOCK_DGRAM)
    #endif
    let descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size - room + name.count)
    let bytes = Array(state.utf8)
    let sent = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, 0, $0, length)
      }
    }
    return sent == bytes.count
  }
}
