import Foundation
import JSON

extension Tokenizer {
  /// Reads `tokenizer.json` in a folder, and the tokens that the files beside it add.
  /// - Throws: `TokenizerError`; `unreadable` where there is no such file.
  public static func load(folder: String) throws(TokenizerError) -> Tokenizer {
    let folder = folder.hasSuffix("/") ? folder : folder + "/"
    let path = folder + "tokenizer.json"
    let bytes: [UInt8]
    do {
      bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw TokenizerError(
        .unreadable, "\(path) cannot be read: \(error.localizedDescription)",
        mend: "name a folder with a tokenizer.json in it")
    }
    let sidecars = try TokenizerSidecars(folder: folder)
    do {
      return try Tokenizer(contentsOf: bytes, beside: sidecars)
    } catch {
      throw TokenizerError(error.code, "\(path): \(error.message)", advice: error.mendWording)
    }
  }
}

extension TokenizerSidecars {
  /// Such files are small; one that is not is something else.
  private static let maximumByteCount = 64 << 20

  /// Reads the files that are in `folder`, whose path ends in a slash.
  fileprivate init(folder: String) throws(TokenizerError) {
    var files: [JSON?] = []
    for name in Self.fileNames { files.append(try Self.read(folder + name)) }
    self.init(config: files[0], addedTokens: files[1], specialTokensMap: files[2])
  }

  /// Nil where there is no such file.
  private static func read(_ path: String) throws(TokenizerError) -> JSON? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    guard size <= maximumByteCount, let data = FileManager.default.contents(atPath: path) else {
      throw TokenizerError(
        .unreadable, "\(path) cannot be read, or has more than \(maximumByteCount) bytes",
        mend: "take the file from the model's repository again")
    }
    do {
      return try JSON(parsing: Array(data))
    } catch {
      throw TokenizerError(
        .malformed, "\(path) is no JSON: \(error)", mend: "take the file from the model's repository again")
    }
  }
}
