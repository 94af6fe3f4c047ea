import OpenVINO

extension InferRequest {
  /// Runs; what takes long can be stopped meanwhile.
  ///
  /// - Throws: an error of code `.cancelled` where it was.
  func infer(isLong: Bool, _ isCancelled: () -> Bool) throws(OpenVINOError) {
    guard isLong else { return try infer() }
    try start()
    var isStopped = false
    while try !wait(milliseconds: 20) {
      guard !isStopped, isCancelled() else { continue }
      isStopped = true
      canceller.cancel()
    }
  }
}
