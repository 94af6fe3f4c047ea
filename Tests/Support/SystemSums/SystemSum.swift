import Foundation
import Synchronization

/// Sums of bytes as the system's own programs have them (`sha256sum`, `sha1sum`): expected values that are not ours.
package enum SystemSum {
  /// The SHA-256 in hexadecimal digits; empty where the system has no such program.
  package static func sha256(_ bytes: some Sequence<UInt8>) -> String { sum("sha256sum", Data(bytes)) }

  /// The SHA-1 likewise.
  package static func sha1(_ bytes: some Sequence<UInt8>) -> String { sum("sha1sum", Data(bytes)) }

  private struct Question: Hashable {
    var program: String
    var bytes: Data
  }

  private static let known = Mutex<[Question: String]>([:])

  private static func sum(_ program: String, _ bytes: Data) -> String {
    let question = Question(program: program, bytes: bytes)
    if let sum = known.withLock({ $0[question] }) { return sum }
    let sum = (try? ask(question)) ?? ""
    known.withLock { $0[question] = sum }
    return sum
  }

  private static func ask(_ question: Question) throws -> String {
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/\(question.program)")
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    // It reads everything before it writes a line.
    try input.fileHandleForWriting.write(contentsOf: question.bytes)
    try input.fileHandleForWriting.close()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: " ").first.map(String.init) ?? ""
  }
}
