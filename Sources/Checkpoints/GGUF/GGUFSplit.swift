import Files
import Tensors

/// GGUF files that belong together: `model-00001-of-00003.gguf`, of which the first has the metadata.
struct GGUFSplit {
  /// The parts of the checkpoint, in order.
  let parts: [(source: any ByteSource, file: GGUFFile)]

  /// The tensors of all parts.
  var tensors: [any StoredTensor] { parts.flatMap(\.file.tensors) }

  /// Opens the file at `path` and, if it is one of several, the others beside it.
  init(path: String) throws {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let (_, count) = GGUFSplit.number(of: name) else {
      let source = try FileByteSource(path: path)
      let file = try GGUFFile(source)
      guard (file["split.count"]?.int ?? 1) <= 1 else {
        throw CheckpointError(
          .inconsistent, "\(path) is one of several parts of a model, but its name does not say which",
          mend: "Give the parts their names back: NAME-00001-of-0000N.gguf.")
      }
      parts = [(source, file)]
      return
    }
    // The name without ".gguf", count, "-of-" and number, which all have a fixed width.
    let stem = path.dropLast("00001-of-00001.gguf".count)
    let paths = (1...count).map { "\(stem)\(GGUFSplit.five($0))-of-\(GGUFSplit.five(count)).gguf" }
    let missing = paths.filter { FileStatus(at: $0) == nil }
    guard missing.isEmpty else {
      throw CheckpointError(
        .notFound,
        "the model is in \(count) files, of which \(missing.count) are missing: "
          + missing.prefix(4).joined(separator: ", "),
        mend: "Fetch them into the same folder.")
    }
    parts = try paths.map { path in
      let source = try FileByteSource(path: path)
      return (source, try GGUFFile(source))
    }
    for (index, part) in parts.enumerated() where part.file["split.no"]?.int != index {
      throw CheckpointError(.inconsistent, "\(part.file.name) does not say that it is part \(index + 1)")
    }
    let total = parts.reduce(0) { $0 + $1.file.tensors.count }
    guard parts[0].file["split.tensors.count"]?.int ?? total == total else {
      throw CheckpointError(
        .inconsistent, "the parts of \(path) have \(total) tensors together, but should have another number",
        mend: "Fetch them again: they are of different versions.")
    }
  }

  /// What the names of all parts of a model begin with; nil for a name that is not of a part.
  static func stem(of name: String) -> String? {
    number(of: name).map { _ in String(name.dropLast("00001-of-00001.gguf".count)) }
  }

  private static func five(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  /// The number of a part, from 1, and how many there are; nil for any other name.
  static func number(of name: String) -> (part: Int, count: Int)? {
    let pieces = name.split(separator: "-").suffix(3).map(String.init)
    guard name.hasSuffix(".gguf"), pieces.count == 3, pieces[1] == "of", pieces[0].utf8.count == 5,
      pieces[2].utf8.count == 10, let part = Int(pieces[0]), let count = Int(pieces[2].dropLast(5)),
      part >= 1,
      part <= count
    else { return nil }
    return (part, count)
  }
}
