import Errors

/// What went wrong while a graph was built or lowered.
package typealias GraphError = CodedError<GraphFault>

/// The library of `GraphError`.
package enum GraphFault: ErrorLibrary {}

extension ErrorCode where Library == GraphFault {
  /// An operation got inputs whose shapes or types it cannot take.
  package static var badInput: Self { "bad-input" }
  /// The model needs something that the graph's blocks do not offer.
  package static var unsupported: Self { "unsupported" }
  /// A graph that cannot be written: a weight without a format, a duplicate name.
  package static var incomplete: Self { "incomplete" }
}
