import Foundation
import Testing

/// The program on a pseudo-terminal.
final class TerminalSession {
  private let process = Process()
  private let master: FileHandle
  private var bytes = Data()

  /// All that was shown.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// `oven supervisor` on a model.
  convenience init(
    _ model: URL, state: URL, _ extra: [String] = [], environment: [String: String] = [:]
  ) throws {
    let arguments = ["supervisor", "--model_xml", model.path, "--device", "CPU", "--no-cache"]
    try self.init(
      arguments + ["--temperature", "0"] + extra, state: state, environment: environment)
  }

  /// Any verb, in a folder and on a terminal of a width.
  init(
    _ arguments: [String], in folder: URL? = nil, columns: Int? = nil, state: URL,
    environment: [String: String] = [:]
  ) throws {
    let descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    // Linux's TIOCSPTLCK and TIOCGPTN, which are macros of C: unlock the other end, and its number.
    var (lock, number): (CInt, CInt) = (0, 0)
    guard descriptor >= 0, ioctl(descriptor, 0x4004_5431, &lock) == 0,
      ioctl(descriptor, 0x8004_5430, &number) == 0
    else { throw CocoaError(.fileNoSuchFile) }
    master = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    let other = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
    guard other >= 0 else { throw CocoaError(.fileNoSuchFile) }
    let terminal = FileHandle(fileDescriptor: other, closeOnDealloc: true)
    if let columns {
      var size = winsize(ws_row: 300, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
      _ = ioctl(other, UInt(TIOCSWINSZ), &size)
    }
    process.executableURL = URL(filePath: "/usr/bin/setsid")
    process.arguments = ["--ctty", "--wait", OvenProgram.url?.path ?? ""] + arguments
    if let folder { process.currentDirectoryURL = folder }
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["XDG_STATE_HOME": state.path, "TERM": "xterm"].merging(environment) { $1 }
    ) { $1 }
    process.standardInput = terminal
    process.standardOutput = terminal
    process.standardError = terminal
    try process.run()
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  }

  func type(_ text: String) { try? master.write(contentsOf: Data(text.utf8)) }

  /// Waits at most a minute for a text behind what was waited for before.
  func wait(for wanted: String, after mark: String? = nil) -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      read()
      var rest = text[position...]
      if let mark {
        if let found = rest.range(of: mark) { rest = rest[found.upperBound...] } else { rest = "" }
      }
      if let found = rest.range(of: wanted) {
        seen = text[..<found.upperBound].utf8.count
        return true
      }
      usleep(20_000)
    }
    return false
  }

  private var seen = 0
  private var position: String.Index {
    text.utf8.index(text.startIndex, offsetBy: min(seen, text.utf8.count))
  }

  private func read() {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = Foundation.read(master.fileDescriptor, &buffer, buffer.count)
    if count > 0 { bytes += buffer[..<count] }
  }

  /// What a terminal shows of it, once it is as wanted; waits at most a minute.
  func picture(columns: Int, until isWanted: ([String]) -> Bool) -> [String] {
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      read()
      let lines = TerminalPicture(bytes, columns: columns).text
      if isWanted(lines) || ContinuousClock.now > deadline { return lines }
      usleep(20_000)
    }
  }

  func end() -> Int32 {
    let deadline = ContinuousClock.now + .seconds(20)
    while process.isRunning, ContinuousClock.now < deadline {
      read()
      usleep(10_000)
    }
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    read()
    return process.terminationStatus
  }
}
