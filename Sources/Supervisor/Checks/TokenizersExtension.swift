import Files
import Foundation
import OpenVINO

/// The library of OpenVINO's tokenizer operations, which a machine may have or not.
package struct TokenizersExtension: Sendable {
  /// The path of `libopenvino_tokenizers.so`.
  package var path: String

  package static let fileName = "libopenvino_tokenizers.so"

  /// Finds the library: what `OPENVINO_TOKENIZERS_LIB` names, else the one beside the runtime or, as PyPI installs
  /// both, in the package beside the runtime's.
  /// - Throws: `OpenVINOError` of code `.missing` that says where it was looked for.
  package init(
    runtime: OpenVINORuntime, environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(OpenVINOError) {
    try self.init(library: runtime.library, environment: environment)
  }

  /// - Parameter library: the path of the runtime's library.
  package init(library: String, environment: [String: String]) throws(OpenVINOError) {
    if let path = environment["OPENVINO_TOKENIZERS_LIB"], !path.isEmpty {
      guard FileStatus(at: path) != nil else {
        throw OpenVINOError(.missing, "OPENVINO_TOKENIZERS_LIB names \(path), which is not there")
      }
      self.path = path
      return
    }
    let folder = URL(filePath: library).deletingLastPathComponent()
    let places = [
      folder.appending(path: Self.fileName),
      folder.appending(path: "../../openvino_tokenizers/lib/\(Self.fileName)").standardizedFileURL,
    ]
    guard let found = places.first(where: { FileStatus(at: $0.path) != nil }) else {
      let list = places.map(\.path).joined(separator: " and ")
      throw OpenVINOError(
        .missing, "\(Self.fileName) is neither at \(list)",
        mend: "Install openvino-tokenizers beside OpenVINO, or set OPENVINO_TOKENIZERS_LIB to the library.")
    }
    path = found.path
  }
}
