import Errors
import Files

/// A file that only grows, with a checksum that is computed while it does.
struct AppendedFile: ~Copyable {
  private let file: OpenFile
  private(set) var byteCount: Int
  private var digest: FileDigest

  /// Opens `path` to append to its first `length` bytes; what follows them is cut off. `digest` has seen those
  /// bytes already.
  /// - Throws: `BakeError` where the file cannot be opened.
  init(path: String, keeping length: Int = 0, digest: FileDigest) throws(BakeError) {
    self.digest = digest
    byteCount = length
    file = try BakeError.writing { () throws(FileError) in
      let file = try OpenFile(writing: path)
      try file.truncate(to: length)
      return file
    }
  }

  /// Appends bytes.
  /// - Throws: `BakeError` of code `io`, telling a full disk apart.
  mutating func append(_ bytes: UnsafeRawBufferPointer) throws(BakeError) {
    let (file, offset) = (file, byteCount)
    try BakeError.writing { () throws(FileError) in try file.write(bytes, at: offset) }
    digest.update(bytes)
    byteCount += bytes.count
  }

  /// The checksum of everything so far.
  var checksum: Checksum { digest.checksum }
}

extension BakeError {
  /// Runs calls of the system; what fails becomes an error in the bake's words.
  static func writing<Value>(_ body: () throws(FileError) -> Value) throws(BakeError) -> Value {
    do throws(FileError) {
      return try body()
    } catch {
      throw BakeError(error)
    }
  }

  /// A file or folder that could not be written.
  init(_ error: FileError) {
    if error.isFullDisk {
      self = .diskFull(error.path)
    } else if error.isForbidden {
      self.init(
        .permission, "cannot \(error.action) \(error.path)", why: "this user may not: \(error.reason)",
        advice: "choose a folder of your own with \(setting: .output), or change its permissions")
    } else if error.action == "make the folder" {
      self.init(
        .cannotCreate, "cannot \(error.action) \(error.path)", why: error.reason,
        advice: "choose another folder with \(setting: .output)")
    } else if error.isLink || error.number == .notDirectory {
      self.init(
        .cannotCreate, "cannot \(error.action) \(error.path)",
        why: "something that no bake made stands there: \(error.reason)",
        mend: "look at it, remove it, then bake again")
    } else {
      self.init(
        .io, "cannot \(error.action) \(error.path)", why: error.reason,
        mend: "look at the disk, then bake again")
    }
  }
}
