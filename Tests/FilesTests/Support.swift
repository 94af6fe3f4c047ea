import Files
import Foundation

/// A folder that is removed when the test ends.
final class TemporaryFolder {
  let path: String

  init() throws {
    let made = FileManager.default.temporaryDirectory.appendingPathComponent(
      "oven-files-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
    path = made.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, with Foundation, and returns its path.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    let place = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: place))
    return place
  }

  func link(_ name: String, to target: String) throws -> String {
    let place = path + "/" + name
    try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: target)
    return place
  }

  func text(_ name: String) -> String? {
    FileManager.default.contents(atPath: path + "/" + name).map { String(decoding: $0, as: UTF8.self) }
  }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? [] }
}
