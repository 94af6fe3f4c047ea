import Tokenization

/// Turns tokens into text as they come, as `Tokenization.DecodeStream` does.
package protocol TokenTextStream {
  /// The text that became certain with this token; often empty.
  mutating func append(_ id: Int) -> String
  /// The text that was held back, at the end.
  mutating func finish() -> String
}

extension DecodeStream: TokenTextStream {}

/// Makes the text of an answer from its tokens and stops at stop strings.
package struct IncrementalDetokenizer {
  private var stream: any TokenTextStream
  private var stops: StopStrings

  /// Text from `stream` until one of `stopStrings`.
  package init(_ stream: any TokenTextStream, stopStrings: [String]) {
    self.stream = stream
    stops = StopStrings(stopStrings)
  }

  /// The text that became certain with this token, and the stop string that ended the answer with it.
  package mutating func append(_ id: Int) -> StopStrings.Outcome { stops.append(stream.append(id)) }

  /// The text that was held back, when the answer ends for another reason than a stop string.
  package mutating func finish() -> String {
    // What the stream held back can complete a stop string as well.
    let last = stops.append(stream.finish())
    return last.stop == nil ? last.text + stops.finish() : last.text
  }
}
