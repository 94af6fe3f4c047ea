import Foundation
import Hub
import NIOConcurrencyHelpers
import SystemSums

/// A server that behaves as the hub does, with a content server on another port for big files.
final class FakeHub: Sendable {
  struct StoredFile: Sendable {
    var path: String
    var content: [UInt8]
    var isLarge: Bool

    var sha256: String { SystemSum.sha256(content) }
    /// As Git names it.
    var blob: String { SystemSum.sha1(Array("blob \(content.count)\0".utf8) + content) }
    var etag: String { isLarge ? sha256 : blob }
  }

  /// Answers a request in place of the hub, or nil to leave it to the hub.
  typealias Fault = @Sendable (ServedRequest) -> Reply?

  struct Settings: Sendable {
    var files: [StoredFile] = []
    var token: String?
    var commit = "0123456789abcdef0123456789abcdef01234567"
    var faults: [Fault] = []
    /// Changes what a content server would answer.
    var alterContent: (@Sendable (ServedRequest, Reply) -> Reply)?
    var listsBlobs = true
    var signature = 1
  }

  static let id = "org/tiny-model"
  let settings: NIOLockedValueBox<Settings>
  let hub: LoopbackServer
  let contentServer: LoopbackServer

  init(_ files: [StoredFile]) async throws {
    let settings = NIOLockedValueBox(Settings(files: files))
    let content = try await LoopbackServer { Self.content($0, settings.withLockedValue { $0 }) }
    let contentAddress = content.address
    hub = try await LoopbackServer { request in
      let fault = settings.withLockedValue { settings in settings.faults }
      for fault in fault { if let reply = fault(request) { return reply } }
      return Self.answer(request, settings.withLockedValue { $0 }, contentAddress)
    }
    contentServer = content
    self.settings = settings
  }

  func change(_ body: (inout Settings) -> Void) { settings.withLockedValue { body(&$0) } }

  /// Answers the first `times` requests whose address contains `part` with `reply`.
  func fault(_ part: String, times: Int = 1, _ reply: Reply) {
    let left = NIOLockedValueBox(times)
    change {
      $0.faults.append { request in
        guard request.uri.contains(part) else { return nil }
        return left.withLockedValue { left in
          if left == 0 { return nil }
          left -= 1
          return reply
        }
      }
    }
  }

  func stop() async {
    await hub.stop()
    await contentServer.stop()
  }

  private static func answer(_ request: ServedRequest, _ settings: Settings, _ content: String) -> Reply {
    if let token = settings.token, request.authorization != "Bearer \(token)" {
      return Reply(status: 401, headers: [("X-Error-Code", "GatedRepo")])
    }
    if request.path.hasPrefix("/api/models/\(id)/revision/") { return listing(request, settings) }
    let prefix = "/\(id)/resolve/"
    if request.path.hasPrefix("/cache/") {
      return small(request, settings, name: String(request.path.dropFirst(7)))
    }
    guard request.path.hasPrefix(prefix) else {
      return Reply(status: 404, headers: [("X-Error-Code", "RepoNotFound")])
    }
    let parts = request.path.dropFirst(prefix.count).split(separator: "/", maxSplits: 1).map(String.init)
    guard parts.count == 2, parts[0] == settings.commit || parts[0] == "main" else {
      return Reply(status: 404, headers: [("X-Error-Code", "RevisionNotFound")])
    }
    guard let file = settings.files.first(where: { $0.path == parts[1].removingPercentEncoding }) else {
      return Reply(status: 404, headers: [("X-Error-Code", "EntryNotFound")])
    }
    // As on the real hub: a relative redirection for small files, one to another host for big ones.
    let location =
      file.isLarge
      ? "\(content)/cdn/\(file.sha256)?Signature=\(settings.signature)%2Bx~" : "/cache/\(parts[1])"
    var headers = [("Location", location), ("X-Repo-Commit", settings.commit)]
    if file.isLarge {
      headers += [("X-Linked-Size", "\(file.content.count)"), ("X-Linked-Etag", "\"\(file.sha256)\"")]
    }
    return Reply(status: file.isLarge ? 302 : 307, headers: headers)
  }

  private static func small(_ request: ServedRequest, _ settings: Settings, name: String) -> Reply {
    guard let file = settings.files.first(where: { $0.path == name.removingPercentEncoding }) else {
      return Reply(status: 404)
    }
    return ranged(request, file.content, etag: "\"\(file.blob)\"")
  }

  private static func content(_ request: ServedRequest, _ settings: Settings) -> Reply {
    guard request.authorization == nil else { return Reply(status: 400) }
    guard request.uri.contains("Signature=\(settings.signature)%2Bx~") else { return Reply(status: 403) }
    guard let file = settings.files.first(where: { request.path == "/cdn/\($0.sha256)" }) else {
      return Reply(status: 404)
    }
    let reply = ranged(request, file.content, etag: "\"content-\(file.sha256.prefix(8))\"")
    return settings.alterContent?(request, reply) ?? reply
  }

  static func ranged(_ request: ServedRequest, _ content: [UInt8], etag: String) -> Reply {
    let headers = [("ETag", etag), ("Accept-Ranges", "bytes")]
    let matches = request.headers.first(name: "If-Range").map { $0 == etag } ?? true
    guard matches, let range = request.range(of: content.count) else {
      return Reply(headers: headers, body: content)
    }
    guard range.lowerBound < content.count else { return Reply(status: 416) }
    let extent = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(content.count)"
    return Reply(status: 206, headers: headers + [("Content-Range", extent)], body: Array(content[range]))
  }

  private static func listing(_ request: ServedRequest, _ settings: Settings) -> Reply {
    let revision = request.path.split(separator: "/").last.map(String.init)
    guard revision == "main" || revision == settings.commit else {
      return Reply(status: 404, headers: [("X-Error-Code", "RevisionNotFound")])
    }
    let siblings = settings.files.map { file in
      let large =
        ", \"lfs\": {\"sha256\": \"\(file.sha256)\", \"size\": \(file.content.count), \"pointerSize\": 134}"
      let blobs =
        ", \"size\": \(file.content.count), \"blobId\": \"\(file.blob)\"\(file.isLarge ? large : "")"
      let size = ", \"size\": \(file.content.count)"
      return "{\"rfilename\": \"\(file.path)\"\(settings.listsBlobs ? blobs : size)}"
    }
    let text = """
      {"id": "\(id)", "sha": "\(settings.commit)", "gated": false, "siblings": [\(siblings.joined(separator: ","))]}
      """
    return Reply(headers: [("Content-Type", "application/json")], body: Array(text.utf8))
  }
}
