import Errors

/// What went wrong while a graph was built or lowered.
public typealias GraphError = CodedError<GraphFault>

/// The library of `GraphError`.
public enum GraphFault: ErrorLibrary {}

extension ErrorCode where Library == GraphFault {
  /// An operation got inputs whose shapes or types it cannot take.
  public static var badInput: Self { "bad-input" }
  /// The model needs something that the graph's blocks do not offer.
  public static var unsupported: Self { "unsupported" }
  /// A graph that cannot be written: a weight without a format, a duplicate name.
  public static var incomplete: Self { "incomplete" }
}
