import Foundation

extension Tokenizer {
  /// Reads `tokenizer.json` in a folder.
  /// - Throws: `TokenizerError`; `unreadable` where there is no such file.
  public static func load(folder: String) throws(TokenizerError) -> Tokenizer {
    let path = folder.hasSuffix("/") ? folder + "tokenizer.json" : folder + "/tokenizer.json"
    let bytes: [UInt8]
    do {
      bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw TokenizerError(
        .unreadable, "\(path) cannot be read: \(error.localizedDescription)",
        mend: "name a folder with a tokenizer.json in it")
    }
    do {
      return try Tokenizer(contentsOf: bytes)
    } catch {
      throw TokenizerError(error.code, "\(path): \(error.message)", mend: error.mend)
    }
  }
}
