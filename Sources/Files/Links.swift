#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Symbolic links.
package enum Links {
  /// What a symbolic link points to; nil where there is none.
  package static func target(of path: String) -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { text in
        text.baseAddress.map { readlink(path, $0, text.count) } ?? -1
      }
    }
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  /// Makes a symbolic link, in one step where there is something of that name.
  package static func make(_ path: String, to target: String) throws(FileError) {
    let aside = Temporary.name(beside: path)
    try FileError.checking("link", path) { symlink(target, aside) }
    do throws(FileError) {
      try Rename.replace(aside, to: path)
    } catch {
      Removal.file(aside)
      throw error
    }
  }
}
