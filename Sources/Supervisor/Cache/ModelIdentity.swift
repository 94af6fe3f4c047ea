import Digests
import Files
import JSON

/// The content of a model's files as one sum, found in milliseconds as a rule.
///
/// The XML is summed whole, and so is the manifest of a baked folder, which holds the sums of everything
/// else. Of the weights the size and samples count. Their date matters where there is no manifest; where there is one,
/// weights of a later date are read whole: a copied baked folder is the same model, a changed one is not.
package struct ModelIdentity: Sendable, Hashable {
  /// The sum, 32 hexadecimal digits.
  package var sum: String

  // 64 samples of 4 KiB, the first and the last among them.
  private static let samples = 64
  private static let sampleSize = 4096

  /// Reads what is needed of the files.
  ///
  /// - Parameters:
  ///   - xml: The graph.
  ///   - weights: The `.bin` file.
  ///   - manifest: `oven.json`, if the folder has one.
  package init(xml: String, weights: String, manifest: String?) throws(SupervisorError) {
    do throws(FileError) {
      var sum = FastDigest()
      try OpenFile(reading: xml).forEach { sum.update($0) }
      let file = try OpenFile(reading: weights)
      let status = try file.status
      sum.update("weights \(status.size)\n")
      for index in 0..<Self.samples {
        let last = max(0, status.size - Self.sampleSize)
        try file.forEach(from: last / (Self.samples - 1) * index, count: Self.sampleSize) { sum.update($0) }
      }
      try file.forEach(from: max(0, status.size - Self.sampleSize)) { sum.update($0) }
      if let manifest, let noted = FileStatus(at: manifest) {
        try OpenFile(reading: manifest).forEach { sum.update($0) }
        // A bake writes the manifest last. Weights of a later date were copied, touched or worked on since.
        if status.modifiedNanoseconds > noted.modifiedNanoseconds {
          let found = try SmallFile.digest(of: weights)
          if found != Self.digest(of: weights, in: manifest) { sum.update("weights \(found)\n") }
        }
      } else {
        sum.update("date \(status.modifiedNanoseconds)\n")
      }
      self.sum = sum.hexadecimal
    } catch {
      throw SupervisorError(
        error.isForbidden ? .forbidden : .noModel, "cannot read \(error.message)",
        mend: error.isForbidden
          ? "It belongs to \(Owners.name(of: error.path)): ask for the right to read it, or copy the folder."
          : "Bake the model again, or copy it again.")
    }
  }

  /// The sum of the weights that a manifest has; nil for one that has none of this kind.
  private static func digest(of weights: String, in manifest: String) -> String? {
    let name = weights.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) }
    let json = SmallFile.bytes(at: manifest, limit: 1 << 28).flatMap { try? JSON(parsing: $0) }
    return json?["files"]?.array?.first { $0["name"]?.string == name }?["xxh3-128"]?.string
  }
}
