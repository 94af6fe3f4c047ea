import Checksums

/// The content of a model's files as one sum, found in milliseconds whatever their size.
///
/// The XML is summed whole, and so is the manifest of a baked folder, which holds the sums of everything
/// else. Of the weights the size and samples count, and their date only where there is no manifest: a copied
/// baked folder is the same model.
public struct ModelIdentity: Sendable, Hashable {
  /// The sum, 16 hexadecimal digits.
  public var sum: String

  // 64 samples of 4 KiB, the first and the last among them.
  private static let samples = 64
  private static let sampleSize = 4096

  /// Reads what is needed of the files.
  ///
  /// - Parameters:
  ///   - xml: The graph.
  ///   - weights: The `.bin` file.
  ///   - manifest: `oven.json`, if the folder has one.
  public init(xml: String, weights: String, manifest: String?) throws(SupervisorError) {
    do throws(FileError) {
      var sum = FastDigest()
      try Files.read(xml) { sum.update($0) }
      guard let status = Files.status(weights) else { throw FileError(weights) }
      sum.update("weights \(status.size)\n")
      for index in 0..<Self.samples {
        let last = max(0, status.size - Self.sampleSize)
        try Files.read(weights, from: last / (Self.samples - 1) * index, count: Self.sampleSize) {
          sum.update($0)
        }
      }
      try Files.read(weights, from: max(0, status.size - Self.sampleSize)) { sum.update($0) }
      if let manifest, Files.status(manifest) != nil {
        try Files.read(manifest) { sum.update($0) }
      } else {
        sum.update("date \(status.modifiedNanoseconds)\n")
      }
      self.sum = sum.hexadecimal
    } catch {
      throw SupervisorError(.noModel, "cannot read \(error.message)")
    }
  }
}
