import Foundation

/// Files that are read whole: their size is looked at before.
enum BoundedFile {
  /// The contents of a file.
  /// - Throws: `BakeError` of code `badData` for one that is larger than anything of its kind, or cannot be read.
  static func contents(of url: URL, limit: Int) throws(BakeError) -> Data {
    let values = try? url.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
    guard let size = values?.fileSize, values?.isRegularFile == true else {
      throw BakeError(
        .badData, "\(url.path) cannot be read", why: "it is no file", mend: "bake or fetch the model again")
    }
    guard size <= limit else {
      throw BakeError(
        .badData, "\(url.path) cannot be read",
        why: "it has \(size) bytes, and at most \(limit) are plausible",
        mend: "bake or fetch the model again")
    }
    do { return try Data(contentsOf: url) } catch {
      throw BakeError(
        .badData, "\(url.path) cannot be read", why: "\(error)", mend: "bake or fetch the model again")
    }
  }
}
