import Foundation

/// The program `oven` as it was built beside these tests, running.
final class OvenProgram {
  /// Where it is; nil where only the tests were built.
  static let url: URL? = {
    let tests = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let program = tests.deletingLastPathComponent().appending(path: "oven")
    return FileManager.default.isExecutableFile(atPath: program.path) ? program : nil
  }()

  /// Nothing of the user who runs the tests is read or changed.
  static let ownFolders: [String: String] = {
    let place = FileManager.default.temporaryDirectory.appending(path: "oven-tests-\(UUID().uuidString)").path
    return [
      "XDG_STATE_HOME": place + "/state", "XDG_CACHE_HOME": place + "/cache",
      "OVEN_MODELS": place + "/models",
    ]
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

  /// - Parameters:
  ///   - input: what it reads from stdin; nothing by default.
  ///   - folder: where it runs.
  ///   - stdout: a file in the place of the pipe.
  init(
    _ arguments: [String], input: String? = nil, in folder: URL? = nil, stdout: FileHandle? = nil,
    environment: [String: String] = [:]
  ) throws {
    process.executableURL = Self.url
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(Self.ownFolders) { $1 }
      .merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = folder }
    let pipe = input.map { _ in Pipe() }
    process.standardInput = pipe ?? FileHandle.nullDevice
    process.standardOutput = stdout ?? output
    process.standardError = errors
    try process.run()
    if let pipe, let input {
      try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      try pipe.fileHandleForWriting.close()
    }
  }

  /// Returns when the program has written this to stderr, or has ended.
  func waitForErrors(_ text: String) {
    while !String(decoding: first.errors, as: UTF8.self).contains(text) {
      let data = errors.fileHandleForReading.availableData
      if data.isEmpty { return }
      first.errors += data
    }
  }

  /// Returns when the program has written something.
  func waitForOutput(of pipe: KeyPath<OvenProgram, Pipe> = \.output) {
    let data = self[keyPath: pipe].fileHandleForReading.availableData
    if pipe == \.output { first.output += data } else { first.errors += data }
  }

  func finish() -> Ending {
    if process.standardOutput as? Pipe !== output { try? output.fileHandleForWriting.close() }
    let output = first.output + ((try? output.fileHandleForReading.readToEnd()) ?? Data())
    let errors = first.errors + ((try? errors.fileHandleForReading.readToEnd()) ?? Data())
    process.waitUntilExit()
    // As shells tell a program that a signal ended.
    let base: Int32 = process.terminationReason == .uncaughtSignal ? 128 : 0
    return Ending(
      status: base + process.terminationStatus, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
  }
}
