import Foundation
import Testing

/// What signals do to the program while it answers.
@Suite(.enabled(if: OvenProgram.url != nil, "the program was not built"), .serialized)
struct SignalTests {
  /// Asks for an answer that does not end by itself soon, waits for its first words, and sends a signal.
  private func cutAnswer(_ signal: Int32) throws -> OvenProgram.Ending {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let run = try OvenProgram(
      [
        "supervisor", "--model_xml", baked.path, "--device", "CPU", "--no-cache", "--temperature", "0",
        "--prompt", "Tell a very long story.", "--min-new-tokens", "5000",
      ])
    run.waitForOutput()
    kill(run.process.processIdentifier, signal)
    return run.finish()
  }

  @Test func terminationCutsTheAnswerAndIsNoFailure() throws {
    let ending = try cutAnswer(SIGTERM)
    #expect(ending.status == 0)
    #expect(!ending.output.isEmpty)
    #expect(ending.errors.contains("tokens/s"))
  }

  @Test func interruptionCutsTheAnswerAndIsToldToScripts() throws {
    let ending = try cutAnswer(SIGINT)
    #expect(ending.status == 130)
    #expect(ending.errors.contains("tokens/s"))
  }

  @Test func terminationWhileLoadingEndsAtOnce() throws {
    let folder = try TemporaryFolder()
    let baked = try SmolLM2.bake(to: "baked", in: folder)
    let run = try OvenProgram(["bench", baked.path, "--device", "CPU", "--repetitions", "1000"])
    run.waitForOutput(of: \.errors)
    kill(run.process.processIdentifier, SIGTERM)
    #expect(run.finish().status == 0)
  }
}

/// The program `oven` as it was built beside these tests, running.
private final class OvenProgram {
  /// Where it is; nil where only the tests were built.
  static let url: URL? = {
    let tests = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let program = tests.deletingLastPathComponent().appending(path: "oven")
    return FileManager.default.isExecutableFile(atPath: program.path) ? program : nil
  }()

  struct Ending {
    var status: Int32
    var output: String
    var errors: String
  }

  let process = Process()
  let output = Pipe()
  let errors = Pipe()
  private var first = (output: Data(), errors: Data())

  init(_ arguments: [String]) throws {
    process.executableURL = Self.url
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
  }

  /// Returns when the program has written something.
  func waitForOutput(of pipe: KeyPath<OvenProgram, Pipe> = \.output) {
    let data = self[keyPath: pipe].fileHandleForReading.availableData
    if pipe == \.output { first.output += data } else { first.errors += data }
  }

  func finish() -> Ending {
    let output = first.output + ((try? output.fileHandleForReading.readToEnd()) ?? Data())
    let errors = first.errors + ((try? errors.fileHandleForReading.readToEnd()) ?? Data())
    process.waitUntilExit()
    return Ending(
      status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
  }
}
