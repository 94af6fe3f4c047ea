import Foundation
import JSON

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

  /// The text of a `tokenizer.json` for JSON that an importer made.
  ///
  /// A `JSON` object takes tokens that look the same for one member. So `model.vocab` may also be a list of
  /// pairs of a token and its id, here and in `init(json:)`; in the file it is an object as it should be.
  public static func fileText(of json: JSON) -> String {
    guard let members = json.object, let model = members["model"]?.object,
      let entries = model["vocab"]?.array, model["type"]?.string != "Unigram"
    else { return json.serialized() }
    var text = ""
    writeObject(members.elements.map { ($0.key, $0.value) }, to: &text) { key, value, text in
      guard key == "model" else { return text += value.serialized() }
      writeObject(model.elements.map { ($0.key, $0.value) }, to: &text) { key, value, text in
        guard key == "vocab" else { return text += value.serialized() }
        let pairs = entries.map { ($0[0]?.string ?? "", $0[1] ?? .null) }
        writeObject(pairs, to: &text) { _, id, text in text += id.serialized() }
      }
    }
    return text
  }

  private static func writeObject(
    _ members: [(String, JSON)], to text: inout String, _ write: (String, JSON, inout String) -> Void
  ) {
    text += "{"
    for (index, (key, value)) in members.enumerated() {
      if index > 0 { text += "," }
      JSON.writeQuoted(key, to: &text)
      text += ":"
      write(key, value, &text)
    }
    text += "}"
  }
}
