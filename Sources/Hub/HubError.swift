import Errors
import Tensors

/// Why the hub or the local cache of it could not give what was asked for.
package typealias HubError = CodedError<HubFault>

/// The library of `HubError`.
public enum HubFault: ErrorLibrary {}

extension ErrorCode where Library == HubFault {
  /// A model name, revision or address that cannot be one.
  package static var invalidName: Self { "invalid-name" }
  /// The model, the revision or the file does not exist (or is private and no token was given).
  package static var notFound: Self { "not-found" }
  /// The token is missing, wrong or has no right to this.
  package static var unauthorized: Self { "unauthorized" }
  /// The model asks its users to accept terms first.
  package static var gated: Self { "gated" }
  /// The server asks to come back later, later than we are willing to wait.
  package static var rateLimited: Self { "rate-limited" }
  /// The server answers with errors of its own, or with something that is no answer.
  package static var serverFailure: Self { "server-failure" }
  /// The server sends whole files only.
  package static var noRanges: Self { "no-ranges" }
  /// No connection, or one that keeps breaking.
  package static var unreachable: Self { "unreachable" }
  /// Network use was forbidden and the cache does not have it.
  package static var offline: Self { "offline" }
  /// The listing of a model is not what a hub sends.
  package static var malformedListing: Self { "malformed-listing" }
  /// A file name that would leave the model's folder.
  package static var unsafePath: Self { "unsafe-path" }
  /// The content's checksum is not the one that the hub names.
  package static var checksumMismatch: Self { "checksum-mismatch" }
  /// The content is longer or shorter than the hub says.
  package static var sizeMismatch: Self { "size-mismatch" }
  /// The content changed while it was being read.
  package static var contentChanged: Self { "content-changed" }
  /// The model lacks a file that a bake needs.
  package static var missingFile: Self { "missing-file" }
  /// The model offers several sets of weights and none was chosen.
  package static var ambiguousChoice: Self { "ambiguous-choice" }
  /// The disk has less room than the download needs.
  package static var diskFull: Self { "disk-full" }
  /// A file or folder of the cache cannot be written or read.
  package static var cannotWrite: Self { "cannot-write" }
  /// The work was cancelled.
  package static var cancelled: Self { "cancelled" }
}

extension CodedError: SourceInterruption where Library == HubFault {
  /// What was read before is good unless the content itself is in doubt.
  public var leavesEarlierReadsGood: Bool {
    switch code {
    case .checksumMismatch, .sizeMismatch, .contentChanged, .malformedListing, .unsafePath: false
    default: true
    }
  }
}

extension HubError {
  /// `error` itself where it is a `HubError`; otherwise what is nearest to it.
  package static func wrapping(_ error: any Error) -> HubError {
    if let error = error as? HubError { return error }
    if error is CancellationError { return HubError(.cancelled, "the download was cancelled") }
    return HubError(.unreachable, "the download failed: \(error)")
  }
}
