import Digests
import Dispatch
import Files
import Generation

/// Blocks of keys and values on disk, so that a prompt that was seen yesterday need not be computed again today.
///
/// ```
/// prefix_cache/
///   0f3c…/            for one model on one device, as it is computed there
///     9a41…           a block, named after all tokens up to its end: its bytes, then their sum
/// ```
///
/// A block that others could have written is not read: it decides what the model seems to have been told.
package final class PrefixStore: Sendable {
  /// Where blocks are kept, and how many.
  package struct Place: Sendable, Equatable, Codable {
    /// The user's folder.
    package var folder: String
    /// The bytes that it may take, blocks of all models together.
    package var budget: Int

    /// A place.
    package init(folder: String, budget: Int) {
      self.folder = folder
      self.budget = budget
    }
  }

  private static let sumLength = 32

  private let top: String
  private let folder: String
  private let budget: Int
  private let trust = CacheTrust.named
  private let writes = DispatchQueue(label: "oven.prefixes", qos: .utility)

  /// The folder of this model's blocks.
  package var path: String { folder }

  /// The blocks of one model, in a folder that is made if need be.
  ///
  /// - Parameter identity: Whatever decides what a block holds, besides tokens.
  /// - Throws: `.cacheUnusable` where the folder cannot be made, or where others may write to it.
  package init(_ place: Place, identity: String) throws(SupervisorError) {
    var digest = FastDigest()
    digest.update("oven prefixes 1\n" + identity)
    do throws(FileError) {
      try Folders.make(place.folder, permissions: 0o700)
      top = Folders.realPath(place.folder) ?? place.folder
      folder = top + "/" + digest.hexadecimal
      try Folders.make(folder, permissions: 0o700)
    } catch {
      throw Self.unusable(place.folder, error.message)
    }
    budget = place.budget
    for path in [top, folder] {
      if let reason = trust.distrustOfPlace(path, in: top) { throw Self.unusable(path, reason) }
    }
  }

  private static func unusable(_ folder: String, _ reason: String) -> SupervisorError {
    SupervisorError(
      .cacheUnusable, "prompts cannot be kept in \(folder): \(reason)",
      advice: "Give a folder that only you can write to, or leave \(setting: .prefixFolder) out.")
  }

  /// The blocks in a folder that `init` made, for whoever only asks what is there.
  package init(reading path: String) {
    folder = path
    top = Folders.parent(of: path)
    budget = 0
  }

  private func file(_ digest: BlockDigest) -> String { folder + "/" + digest.hex }

  /// Whether there is a block that may be read. Its sum is not checked yet.
  package func holds(_ digest: BlockDigest) -> Bool {
    let path = file(digest)
    return FileStatus(at: path, followsLinks: false)?.size ?? 0 > Self.sumLength
      && trust.distrust(path, in: top) == nil
  }

  /// The bytes of a block of so many; nil, and the file is gone, where they are not what was written.
  func read(_ digest: BlockDigest, count: Int) -> [UInt8]? {
    let path = file(digest)
    guard trust.distrust(path, in: top) == nil,
      let bytes = SmallFile.bytes(at: path, limit: count + Self.sumLength),
      bytes.count == count + Self.sumLength,
      Self.sum(bytes.prefix(count)).elementsEqual(bytes.suffix(Self.sumLength))
    else {
      Removal.quietly(path)
      return nil
    }
    FileTimes.touch(path)
    return Array(bytes.prefix(count))
  }

  private static func sum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var digest = FastDigest()
    bytes.withUnsafeBytes { digest.update($0) }
    return Array(digest.hexadecimal.utf8)
  }

  /// Keeps blocks, soon. What does not fit on the disk is not kept.
  func keep(_ blocks: [(digest: BlockDigest, bytes: [UInt8])]) {
    writes.async { [self] in
      for block in blocks where FileStatus(at: file(block.digest)) == nil {
        let bytes = block.bytes + Self.sum(block.bytes[...])
        do throws(FileError) {
          try SmallFile.replace(file(block.digest), with: bytes, permissions: 0o600)
        } catch {
          break
        }
      }
      evict()
    }
  }

  /// Waits until all is written.
  package func finish() { writes.sync {} }

  /// Removes the blocks that nobody wanted for longest, of whatever model, until the rest fits the budget.
  private func evict() {
    var files: [(path: String, size: Int, used: Int)] = []
    for name in Folders.readableNames(in: top) where Hex.isHex(name, count: 32) {
      for block in Folders.readableNames(in: top + "/" + name) {
        let path = "\(top)/\(name)/\(block)"
        guard let status = FileStatus(at: path, followsLinks: false) else { continue }
        files.append((path, status.size, status.modifiedNanoseconds))
      }
    }
    var total = files.reduce(0) { $0 + $1.size }
    for file in files.sorted(by: { $0.used < $1.used }) {
      guard total > budget else { return }
      Removal.quietly(file.path)
      total -= file.size
    }
  }
}
