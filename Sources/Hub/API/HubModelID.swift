import Files

/// The name of a model on the hub: `owner/name`, or `name` alone for the oldest ones.
///
/// The rules are those of the hub: letters, digits, `-`, `_` and `.`; no `--` or `..`; at most 96 characters a part.
/// A name that follows them is safe as a folder name and inside of an address.
package struct HubModelID: Sendable, Hashable, CustomStringConvertible {
  /// The name as the hub writes it.
  package let description: String

  /// Reads `text`, which may also be the address of the model's page.
  /// - Throws: `HubError` of code `invalidName`.
  package init(_ text: String) throws(HubError) {
    var name = Substring(text)
    for prefix in ["https://huggingface.co/", "http://huggingface.co/", "huggingface.co/", "hf.co/"]
    where name.hasPrefix(prefix) {
      name = name.dropFirst(prefix.count)
      // A page's address may go on with `/tree/main` and the like.
      name = name.split(separator: "/").prefix(2).joined(separator: "/")[...]
      break
    }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy(Self.isGood) else {
      throw HubError(
        .invalidName, "\"\(text.prefix(200))\" is not the name of a model on the hub",
        mend: "Give it as owner/name, for example Intel/neural-chat-7b-v3-1.")
    }
    description = String(name)
  }

  private static func isGood(_ part: Substring) -> Bool {
    guard (1...96).contains(part.utf8.count), !part.contains("--"), !part.contains(".."),
      !part.hasSuffix(".git"), let first = part.utf8.first, let last = part.utf8.last
    else { return false }
    let punctuation: [UInt8] = [UInt8(ascii: "-"), UInt8(ascii: ".")]
    guard !punctuation.contains(first), !punctuation.contains(last) else { return false }
    return part.utf8.allSatisfy { isAlphanumeric($0) || punctuation.contains($0) || $0 == UInt8(ascii: "_") }
  }

  /// The folder of this model in a hub cache.
  package var cacheFolderName: String {
    "models--" + description.split(separator: "/").joined(separator: "--")
  }
}

/// Whether `byte` is an ASCII letter or digit.
package func isAlphanumeric(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"):
    true
  default: false
  }
}

extension SafeName {
  /// Whether `etag` can be the name of a blob: no separators, no leading dot.
  package static func isSafeBlobName(_ etag: String) -> Bool {
    guard (1...128).contains(etag.utf8.count), let first = etag.utf8.first, isAlphanumeric(first) else {
      return false
    }
    return etag.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
  }

  /// - Throws: `HubError` of code `invalidName` unless `revision` can name a branch, a tag or a commit.
  package static func checkRevision(_ revision: String) throws(HubError) {
    let good =
      isPath(revision) && !revision.hasPrefix("-") && !revision.contains("..")
      && !revision.contains(" ")
    guard good else {
      throw HubError(
        .invalidName, "\"\(revision.prefix(200))\" cannot be a revision",
        mend: "Give a branch, a tag or a commit of the model; without one, main is used.")
    }
  }
}
