/// What happens to the requests of a scheduler, in order.
package enum SchedulerEvent: Sendable {
  /// The first step that computes for a request is about to run.
  case started(request: Int)
  /// So many tokens of the prompt are computed, `cached` of them before.
  case prefill(request: Int, done: Int, total: Int, cached: Int)
  /// Tokens were chosen and text became certain.
  case text(SequenceID, text: String, tokens: [Int], logProbabilities: [TokenLogProbability])
  /// A branch has ended.
  case finished(
    SequenceID, reason: FinishReason, stopString: String?, prompt: Int, cached: Int, generated: Int)
  /// A request ends without an answer.
  case failed(request: Int, CompletionFailure)
}
