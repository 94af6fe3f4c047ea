/// The numbered files of a checkpoint: `model-00002-of-00003.safetensors`.
enum ShardNames {
  /// The names of a set of shards, in order; nil where the folder has no such names.
  /// - Throws: `CheckpointError` of code `inconsistent` where the set is not whole, naming what is missing.
  static func complete(_ names: [String], in folder: String) throws(CheckpointError) -> [String]? {
    for ending in [".safetensors", ".bin"] {
      let shards = names.compactMap { name in
        name.hasSuffix(ending) ? ShardName(name.dropLast(ending.count)) : nil
      }
      guard let first = shards.first else { continue }
      let expected = (1...first.count).map { first.name(of: $0) + ending }
      let missing = expected.filter { !names.contains($0) }
      guard missing.isEmpty else {
        throw CheckpointError(
          .inconsistent,
          "\(folder) has \(first.count - missing.count) of \(first.count) files of the model: "
            + missing.prefix(4).joined(separator: ", ") + (missing.count > 4 ? " and others are" : " is")
            + " missing",
          mend: "Fetch the missing file into the folder.")
      }
      return expected
    }
    return nil
  }

  /// A stem, a number and how many there are.
  private struct ShardName {
    let stem: Substring
    let count: Int
    let width: Int

    init?(_ name: Substring) {
      let pieces = name.split(separator: "-", omittingEmptySubsequences: false)
      guard pieces.count >= 4, pieces[pieces.count - 2] == "of", let count = Int(pieces[pieces.count - 1]),
        (1...9999).contains(count), let number = Int(pieces[pieces.count - 3]), (1...count).contains(number)
      else { return nil }
      self.count = count
      width = pieces[pieces.count - 3].utf8.count
      stem = name.dropLast(pieces.suffix(3).reduce(2) { $0 + $1.utf8.count })
    }

    func name(of number: Int) -> String {
      func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
      }
      return "\(stem)\(padded(number))-of-\(padded(count))"
    }
  }
}
