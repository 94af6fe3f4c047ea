import Files
import Generation
import JSON

/// A conversation in a file: `{"messages": [{"role": …, "content": …}]}`.
enum ChatFile {
  /// Writes one.
  static func save(_ messages: [ChatMessage], to path: String) throws {
    let json: JSON = ["messages": .array(messages.map(\.json))]
    let place = UserFolders().expanded(path)
    do throws(FileError) {
      try SmallFile.replace(place, with: Array((json.serialized(.pretty) + "\n").utf8))
    } catch {
      throw ErrorReport(
        what: "cannot write \(path)", why: error.reason, mend: "name another file", status: .cannotCreate)
    }
  }

  /// Reads one.
  static func load(_ path: String) throws -> [ChatMessage] {
    let place = UserFolders().expanded(path)
    guard let bytes = SmallFile.bytes(at: place, limit: 1 << 28) else {
      throw ErrorReport(
        what: "cannot read \(path)", why: FileStatus(at: place) == nil ? "there is no such file" : "",
        mend: "name a file that /save wrote", status: .noInput)
    }
    let json = try? JSON(parsing: bytes)
    let list = json?["messages"]?.array ?? json?.array
    let messages = list?.compactMap(ChatMessage.init(json:))
    guard let list, let messages, messages.count == list.count else {
      throw ErrorReport(
        what: "\(path) is no conversation", why: "it is not JSON with messages of role and content",
        mend: "name a file that /save wrote", status: .badData)
    }
    return messages
  }
}
