import Digests

/// Names of files that are being written and will be renamed: `NAME.PROCESS-RANDOM.new`.
///
/// Nobody can put something there beforehand, and who comes later sees whether its writer still lives.
package enum Temporary {
  /// A name in the folder of `path`.
  package static func name(beside path: String) -> String {
    "\(path).\(Processes.current)-\(Hex.text(of: UInt64.random(in: 0 ... .max))).new"
  }

  /// The process that `name` was made by; nil where it is no such name.
  package static func process(of name: String) -> Int32? {
    let parts = name.split(separator: ".")
    guard parts.count >= 3, parts.last == "new" else { return nil }
    return parts[parts.count - 2].split(separator: "-").first.flatMap { Int32($0) }
  }
}
