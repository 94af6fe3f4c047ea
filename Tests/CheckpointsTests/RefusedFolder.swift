import Checkpoints
import Foundation
import Tensors
import Testing

/// A folder of files that somebody takes for a model, and what is said about it.
final class RefusedFolder {
  let path = NSTemporaryDirectory() + "oven-refused-\(UUID().uuidString)"

  init(_ files: [String: [UInt8]] = [:]) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, bytes) in files { try add(name, bytes) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func add(_ name: String, _ bytes: [UInt8]) throws {
    let url = URL(filePath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
  }

  /// The error of opening the folder, or a file in it.
  func refusal(of name: String? = nil) -> CheckpointError? {
    do {
      _ = try Checkpoint.open(path: name.map { "\(path)/\($0)" } ?? path)
      return nil
    } catch { return error as? CheckpointError }
  }

  /// Expects an error whose message has all of `words`, and whose mend has `mend`.
  func expectRefusal(
    of name: String? = nil, _ words: [String], mend: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = refusal(of: name)
    #expect(error != nil, "\(words): it was opened", sourceLocation: sourceLocation)
    guard let error else { return }
    for word in words {
      #expect(error.message.contains(word), "\(error.message)", sourceLocation: sourceLocation)
    }
    #expect(
      error.mend.contains(mend), "\(error.message): \(error.mend)",
      sourceLocation: sourceLocation)
    // "Fetch it again" helps nobody whose file is whole and of another kind.
    if error.code == .notACheckpoint || error.code == .unsupported {
      #expect(!error.mend.contains("Fetch it again"), sourceLocation: sourceLocation)
    }
  }

  /// A whole safetensors file of one tensor.
  static let safetensors: [UInt8] = {
    let header = Array(#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#.utf8)
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + [0, 0, 128, 63]
  }()
}
