import OpenVINO

extension SupervisorError {
  /// A failure whose reason is that the system gives no more threads, and neither a device nor a model; nil where it has
  /// another one.
  ///
  /// - Parameter what: what could not be done, as half a sentence.
  init?(outOfThreads error: OpenVINOError, _ what: String) {
    // EAGAIN, as the C++ library words it when it cannot begin a thread.
    guard error.message.contains("Resource temporarily unavailable") else { return nil }
    self.init(
      .outOfThreads, "\(what): no more threads can be begun",
      mend: "Raise the limit (ulimit -u), or end other programs.")
  }
}
