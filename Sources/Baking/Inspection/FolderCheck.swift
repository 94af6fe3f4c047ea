import Files
import Foundation
import JSON
import Tensors

/// Whether the files of a baked folder are what `oven.json` says.
public struct FolderCheck: Sendable {
  /// What was found of a file.
  public enum Result: Sendable, Equatable {
    case intact
    case missing
    case otherSize(found: Int, expected: Int)
    case otherSum
    /// The manifest has no sum of a known kind.
    case noSum
  }

  /// The files in the order of the manifest.
  public var files: [(name: String, result: Result)]

  /// Whether nothing is wrong.
  public var isIntact: Bool { files.allSatisfy { $0.result == .intact } }

  /// Reads all files of the folder and compares.
  /// - Throws: `BakeError` of code `badData` where the manifest names no files.
  public init(of folder: URL, manifest: JSON?) throws {
    guard let entries = manifest?["files"]?.array, !entries.isEmpty else {
      throw BakeError(
        .badData, "\(folder.path) cannot be checked",
        why: "it has no \(Manifest.fileName) with the sums of its files",
        advice: "only folders that '\(setting: .bake)' made have sums")
    }
    files = try entries.map { entry in
      let name = entry["name"]?.string ?? ""
      // A manifest is a file like any other: its names stay inside of the folder.
      let parts = name.utf8.split(separator: UInt8(ascii: "/"))
      guard SafeName.isPath(name), parts.count <= 2, parts.allSatisfy({ $0.first != UInt8(ascii: ".") })
      else {
        throw BakeError(
          .badData, "\(Manifest.fileName) names a file '\(name)'",
          why: "that is no name of a file in a folder",
          mend: "bake the model again")
      }
      return (name, try Self.result(of: folder.appending(path: name).path, entry))
    }
  }

  private static func result(of path: String, _ entry: JSON) throws -> Result {
    guard FileStatus(at: path) != nil else { return .missing }
    let file = try FileByteSource(path: path)
    if let expected = entry["bytes"]?.int, expected != file.byteCount {
      return .otherSize(found: file.byteCount, expected: expected)
    }
    for var digest in [FileDigest.sha256, FileDigest.fast] {
      guard let sum = entry[digest.checksum.algorithm]?.string else { continue }
      let piece = 1 << 22
      for start in stride(from: 0, to: file.byteCount, by: piece) {
        let bytes = try file.bytes(at: start, count: min(piece, file.byteCount - start))
        bytes.withUnsafeBytes { digest.update($0) }
      }
      return digest.checksum.digest == sum ? .intact : .otherSum
    }
    return .noSum
  }
}
