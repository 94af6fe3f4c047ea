import Baking
import Foundation
import JSON
import SystemSums

/// The program `oven` as it was built beside these tests.
enum OvenProgram {
  /// Where it is; nil where only the tests were built.
  static let url: URL? = {
    let tests = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let program = tests.deletingLastPathComponent().appending(path: "oven")
    return FileManager.default.isExecutableFile(atPath: program.path) ? program : nil
  }()

  /// Starts it without output.
  static func start(_ arguments: [String]) throws -> Process {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }
}

/// A baked folder as somebody finds it who has only its manifest.
struct FoundFolder {
  let url: URL

  /// Whether every file that the manifest names is there with its size and sum, and the manifest is whole.
  /// The folder must have been baked with SHA-256 sums.
  var isComplete: Bool {
    guard let data = try? Data(contentsOf: url.appending(path: "oven.json")),
      let manifest = try? JSON(parsing: data), let files = manifest["files"]?.array, files.count >= 3
    else { return false }
    return files.allSatisfy { file in
      guard let name = file["name"]?.string, let sum = file["sha256"]?.string,
        let bytes = try? Data(contentsOf: url.appending(path: name))
      else { return false }
      return SystemSum.sha256(bytes) == sum
    }
  }
}
