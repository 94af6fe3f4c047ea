import OpenVINO

extension InferRequest {
  /// How often it is asked, in milliseconds, whether a run of so many tokens is still wanted; nil where it is over soon.
  static func interval(ofRun tokens: Int) -> Int? { tokens > 16 ? 20 : nil }

  /// Runs.
  ///
  /// - Parameters:
  ///   - interval: How often it is asked meanwhile whether to stop, in milliseconds; never if nil.
  /// - Throws: an error of code `.cancelled` where it was stopped.
  func infer(askingEvery interval: Int?, _ isCancelled: () -> Bool) throws(OpenVINOError) {
    guard let interval else { return try infer() }
    try start()
    var isStopped = false
    while try !wait(milliseconds: interval) {
      guard !isStopped, isCancelled() else { continue }
      isStopped = true
      canceller.cancel()
    }
  }
}
