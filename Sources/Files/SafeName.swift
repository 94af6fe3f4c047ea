/// Checks on names that come from outside before they become part of a path.
///
/// They look at bytes, as the system does: to a reader of characters the slash in `../` is another one when a combining
/// accent follows.
package enum SafeName {
  /// Whether `path` is relative and stays below the folder that it is put into, on every system.
  package static func isPath(_ path: String) -> Bool {
    let bytes = path.utf8
    guard !bytes.isEmpty, bytes.count <= 1024 else { return false }
    return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
      isPart($0)
    }
  }

  /// Whether `name` is the name of a file in a folder: a safe path of one part.
  package static func isName(_ name: String) -> Bool { isPart(name.utf8[...]) }

  private static func isPart(_ part: Substring.UTF8View) -> Bool {
    guard (1...255).contains(part.count), !part.elementsEqual(".".utf8), !part.elementsEqual("..".utf8) else {
      return false
    }
    return part.allSatisfy { byte in
      byte >= 0x20 && byte != 0x7F && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "\\")
        && byte != UInt8(ascii: ":")
    }
  }
}
