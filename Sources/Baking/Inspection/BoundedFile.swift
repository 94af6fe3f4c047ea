import Files
import Foundation

/// Files that are read whole: their size is looked at before.
enum BoundedFile {
  /// The contents of a file.
  /// - Throws: `BakeError` of code `badData` for one that is larger than anything of its kind, or cannot be read.
  static func contents(of url: URL, limit: Int) throws(BakeError) -> [UInt8] {
    guard let status = FileStatus(at: url.path), status.kind == .file else {
      throw refusal(url, "it is no file")
    }
    guard status.size <= limit else {
      throw refusal(url, "it has \(status.size) bytes, and at most \(limit) are plausible")
    }
    do throws(FileError) {
      return try OpenFile(reading: url.path).bytes(count: status.size)
    } catch {
      throw refusal(url, error.reason)
    }
  }

  private static func refusal(_ url: URL, _ why: String) -> BakeError {
    BakeError(.badData, "\(url.path) cannot be read", why: why, mend: "bake or fetch the model again")
  }
}
