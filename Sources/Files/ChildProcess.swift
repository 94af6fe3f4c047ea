import Dispatch
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A process that works for this one: frames go back and forth, and what it prints appears on this one's stderr.
package final class ChildProcess: Sendable {
  /// The descriptor under which the child finds its end of the channel.
  package static let channelDescriptor: CInt = 3

  /// Its number.
  package let id: Int32
  /// Our end.
  package let channel: ByteChannel
  private let words: LastWords
  private let ending = Mutex<String?>(nil)

  /// Starts a program.
  package init(_ path: String, _ arguments: [String]) throws(FileError) {
    let ends = try ByteChannel.descriptors()
    channel = ByteChannel(descriptor: ends.0)
    defer { close(ends.1) }
    var output: [CInt] = [-1, -1]
    guard pipe(&output) == 0 else { throw FileError("make", "a pipe", Errno(rawValue: errno)) }
    _ = fcntl(output[0], F_SETFD, FD_CLOEXEC)
    defer { close(output[1]) }
    words = LastWords(descriptor: output[0])
    id = try Self.spawn(path, arguments, channel: ends.1, output: output[1])
    words.listen()
  }

  /// Lets it end by itself, since nobody listens to it any more; it may finish what it writes. What does not end is ended.
  deinit {
    guard ending.withLock({ $0 == nil }) else { return }
    channel.end()
    let id = id
    DispatchQueue.global(qos: .utility).async { Self.awaitEnd(of: id, milliseconds: 10_000) }
  }

  /// Waits for its end, and brings it about where it takes longer.
  ///
  /// - Returns: How it ended, as the system says it.
  @discardableResult
  private static func awaitEnd(of id: pid_t, milliseconds: Int) -> CInt {
    var status: CInt = 0
    for _ in 0..<milliseconds {
      if waitpid(id, &status, WNOHANG) != 0 { return status }
      usleep(1000)
    }
    kill(id, SIGKILL)
    while waitpid(id, &status, 0) < 0, errno == EINTR {}
    return status
  }

  private static func spawn(
    _ path: String, _ arguments: [String], channel: CInt, output: CInt
  ) throws(FileError) -> Int32 {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    // Drivers print where they like: only what is meant for us comes through the channel.
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    posix_spawn_file_actions_adddup2(&actions, channel, channelDescriptor)
    var words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { strdup($0) }
    words.append(nil)
    defer { words.forEach { free($0) } }
    var process: pid_t = 0
    let status = posix_spawn(&process, path, &actions, nil, words, environ)
    guard status == 0 else { throw FileError("start", path, Errno(rawValue: status)) }
    return process
  }

  /// Asks it to stop where it is whole, as Ctrl-C does.
  package func interrupt() {
    ending.withLock { ending in
      if ending == nil { _ = kill(id, SIGTERM) }
    }
  }

  /// Ends it at once, if it has not ended, and forgets it.
  ///
  /// - Returns: How it ended: "signal 11 (Segmentation fault)", "exit code 1".
  @discardableResult
  package func end() -> String {
    ending.withLock { ending in
      if let ending { return ending }
      // It may be about to end by itself, which says more than that we ended it.
      let status = Self.awaitEnd(of: id, milliseconds: 20)
      words.waitForEnd()
      let text = Self.describe(status)
      ending = text
      return text
    }
  }

  private static func describe(_ status: CInt) -> String {
    let signal = status & 0x7F
    guard signal != 0 else { return "exit code \((status >> 8) & 0xFF)" }
    return "signal \(signal) (\(strsignal(signal).map { String(cString: $0) } ?? "unknown"))"
  }

  /// Whether the system refused it something that it may have later, as threads, so that it gave up.
  package static func isRefusal(_ ending: String) -> Bool { ending == "exit code 75" }

  /// The last lines that it printed.
  package var lastWords: String { words.text }
}

/// Passes on what a child prints, and remembers the end of it.
private final class LastWords: Sendable {
  private let descriptor: CInt
  private let tail = Mutex<[UInt8]>([])
  private static let limit = 2048
  private let isAtEnd = DispatchSemaphore(value: 0)

  init(descriptor: CInt) { self.descriptor = descriptor }

  /// Waits until all is read; not long, because a process of the child's own may go on with its output.
  func waitForEnd() { _ = isAtEnd.wait(timeout: .now() + .milliseconds(200)) }

  var text: String { String(decoding: tail.withLock { $0 }, as: UTF8.self) }

  /// Begins, on a thread of its own, and goes on until nobody can print any more.
  func listen() {
    DispatchQueue(label: "oven.child.output").async { [self] in
      var buffer = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        let new = buffer[..<count]
        tail.withLock { tail in
          tail += new
          if tail.count > Self.limit { tail.removeFirst(tail.count - Self.limit) }
        }
        _ = write(2, Array(new), count)
      }
      close(descriptor)
      isAtEnd.signal()
    }
  }
}
