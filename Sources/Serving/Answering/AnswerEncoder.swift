/// Writes the events of an answer as one dialect streams them: a pure state machine from events to frames.
protocol AnswerEncoder: Sendable {
  /// The type of the stream.
  static var contentType: String { get }
  /// What tells a client that the server is alive; nil where the form has nothing for it.
  static var ping: String? { get }

  /// The frames before the first event.
  mutating func begin() -> String
  /// The frames of an event; often none.
  mutating func encode(_ event: AnswerEvent) -> String
  /// The frames after the last event.
  mutating func end() -> String
  /// The frames of a failure in the middle. Nothing follows them.
  mutating func fail(_ error: ServingError) -> String
}

/// Frames of server-sent events.
enum ServerSentEvents {
  /// The type of such a stream.
  static let contentType = "text/event-stream"
  /// A comment, which clients ignore.
  static let ping = ": ping\n\n"

  /// An event without a name.
  static func frame(_ data: String) -> String { "data: \(data)\n\n" }
  /// An event with a name.
  static func frame(_ event: String, _ data: String) -> String { "event: \(event)\ndata: \(data)\n\n" }
}
