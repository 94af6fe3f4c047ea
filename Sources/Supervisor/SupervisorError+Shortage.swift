import Errors
import OpenVINO

extension SupervisorError {
  /// A failure whose reason is that the system gives no more threads or memory, and neither a device nor a model; nil where
  /// it has another one.
  ///
  /// - Parameter what: what could not be done, as half a sentence.
  init?(shortage error: OpenVINOError, _ what: String) {
    if error.message.contains("Resource temporarily unavailable") {
      // EAGAIN, as the C++ library words it when it cannot begin a thread.
      self.init(
        .outOfThreads, "\(what): no more threads can be begun",
        mend: "Raise the limit (ulimit -u), or end other programs.")
    } else if error.code == .outOfMemory || Self.tellsOfMemory(error.message) {
      self = Self.outOfMemory("\(what): there is not enough memory")
    } else {
      return nil
    }
  }

  /// What happened for want of memory.
  static func outOfMemory(_ what: String) -> SupervisorError {
    SupervisorError(
      .outOfMemory, what,
      mend: "End other programs, take a smaller model or context, or raise the limit (ulimit -v).")
  }

  /// Whether words are those of the C++ library, of ENOMEM or of Swift's runtime when there is no more memory.
  static func tellsOfMemory(_ words: String) -> Bool {
    ["std::bad_alloc", "Cannot allocate memory", "failed to allocate"].contains(where: words.contains)
  }
}
