/// Why an answer ended.
package enum FinishReason: String, Sendable {
  /// The model gave an end token.
  case stop
  /// `max_new_tokens` or the end of the context.
  case length
  /// A stop string came.
  case stopString = "stop_string"
  /// Someone stopped it.
  case cancelled
}
