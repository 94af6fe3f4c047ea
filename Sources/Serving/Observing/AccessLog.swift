import Foundation
import HTTPTypes
import JSON
import Logging

/// One JSON object a line: requests as they end, and what the server itself has to say. Never a request's or an answer's
/// body.
package struct AccessLog: Sendable {
  private let sink: @Sendable (String) -> Void

  /// - Parameter sink: takes a line without its end.
  package init(_ sink: @escaping @Sendable (String) -> Void) { self.sink = sink }

  /// Writes about a request that has ended.
  func write(
    _ record: RequestRecord, method: String, path: String, status: Int, bytes: Int?
  ) {
    let notes = record.current
    var line: JSONObject = [
      "time": .string(Self.now()), "event": "request", "id": .string(notes.id), "method": .string(method),
      "path": .string(path), "status": .int(status),
      "seconds": .double((record.seconds * 1e6).rounded() / 1e6),
    ]
    if let bytes { line["bytes"] = .int(bytes) }
    if let model = notes.model { line["model"] = .string(model) }
    if let count = notes.promptTokens { line["prompt_tokens"] = .int(count) }
    if let count = notes.cachedTokens { line["cached_tokens"] = .int(count) }
    if let count = notes.generatedTokens { line["generated_tokens"] = .int(count) }
    if let reason = notes.finishReason { line["finish_reason"] = .string(reason) }
    if let error = notes.error { line["error"] = .string(error) }
    sink(JSON.object(line).serialized())
  }

  /// Writes about something else.
  package func write(_ event: String, _ members: JSONObject) {
    let start: JSONObject = ["time": .string(Self.now()), "event": .string(event)]
    sink(JSON.object(start.merging(members) { first, _ in first }).serialized())
  }

  /// A logger for the packages that the server stands on; warnings and errors only.
  package var logger: Logger {
    var logger = Logger(label: "oven") { _ in LineHandler(log: self) }
    logger.logLevel = .warning
    return logger
  }

  private static func now() -> String {
    Date.now.formatted(
      .iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted))
  }
}

/// Log lines of packages in the same form.
private struct LineHandler: LogHandler {
  let log: AccessLog
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.warning

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    log.write("log", ["level": .string(event.level.rawValue), "message": .string("\(event.message)")])
  }
}
