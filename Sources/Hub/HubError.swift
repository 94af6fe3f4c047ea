import Tensors

/// Why the hub or the local cache of it could not give what was asked for.
public struct HubError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Code: String, Sendable {
    /// A model name, revision or address that cannot be one.
    case invalidName
    /// The model, the revision or the file does not exist (or is private and no token was given).
    case notFound
    /// The token is missing, wrong or has no right to this.
    case unauthorized
    /// The model asks its users to accept terms first.
    case gated
    /// The server asks to come back later, later than we are willing to wait.
    case rateLimited
    /// The server answers with errors of its own, or with something that is no answer.
    case serverFailure
    /// The server sends whole files only.
    case noRanges
    /// No connection, or one that keeps breaking.
    case unreachable
    /// Network use was forbidden and the cache does not have it.
    case offline
    /// The listing of a model is not what a hub sends.
    case malformedListing
    /// A file name that would leave the model's folder.
    case unsafePath
    /// The content's checksum is not the one that the hub names.
    case checksumMismatch
    /// The content is longer or shorter than the hub says.
    case sizeMismatch
    /// The content changed while it was being read.
    case contentChanged
    /// The model lacks a file that a bake needs.
    case missingFile
    /// The model offers several sets of weights and none was chosen.
    case ambiguousChoice
    /// The disk has less room than the download needs.
    case diskFull
    /// A file or folder of the cache cannot be written or read.
    case cannotWrite
    /// The work was cancelled.
    case cancelled
  }

  /// What kind of fault it is.
  public var code: Code
  /// A sentence for people: what, of which model or file, expected and got.
  public var message: String
  /// What the user can do about it; empty where nothing is known.
  public var mend: String

  /// Makes an error of `code`.
  public init(_ code: Code, _ message: String, mend: String = "") {
    self.code = code
    self.message = message
    self.mend = mend
  }

  public var description: String { mend.isEmpty ? message : "\(message)\n\(mend)" }

  /// The code with which a command line tool should end, after `sysexits.h`.
  public var exitCode: Int32 {
    switch code {
    case .invalidName, .ambiguousChoice: 64
    case .malformedListing, .unsafePath, .checksumMismatch, .sizeMismatch, .contentChanged: 65
    case .notFound, .missingFile, .offline: 66
    case .cannotWrite: 73
    case .diskFull: 74
    case .rateLimited, .serverFailure, .noRanges, .unreachable, .cancelled: 75
    case .unauthorized, .gated: 77
    }
  }
}

extension HubError: SourceInterruption {
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
