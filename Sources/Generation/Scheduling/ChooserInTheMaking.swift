import Dispatch
import Synchronization

/// A chooser whose constraint is compiled on another thread, so that the sequences of the same steps need not wait for it.
final class ChooserInTheMaking: Sendable {
  private let result = Mutex<Result<TokenChooser, CompletionFailure>?>(nil)
  private let isDone = DispatchSemaphore(value: 0)

  /// Begins.
  init(_ setup: SequenceSetup, _ makeMatcher: TokenMatcherFactory?) {
    DispatchQueue.global(qos: .utility).async { [self] in
      let made = Result { () throws(CompletionFailure) in
        try TokenChooser(setup, makeMatcher: makeMatcher)
      }
      result.withLock { $0 = made }
      isDone.signal()
    }
  }

  /// What came of it; nil where it is not there by then.
  func wait(until time: DispatchTime) -> Result<TokenChooser, CompletionFailure>? {
    if isDone.wait(timeout: time) == .success { isDone.signal() }
    return result.withLock { $0 }
  }
}
