import Foundation

/// What a bake tells about its progress. Delivered from several threads, one event at a time.
public enum BakeEvent: Sendable {
  /// A stage begins, said as a sentence.
  case stage(String)
  /// Something that the user should know, such as an adjusted group size.
  case note(String)
  /// So much of the text for a calibration is written.
  case calibrationText(tokens: Int, of: Int)
  /// So many layers are calibrated, and about so long the others will take.
  case calibrationProgress(layers: Int, of: Int, secondsLeft: Double)
  /// A part of the calibration has ended.
  case calibrationEnd
  /// The weights begin: how many tensors, and how many bytes of the source they take.
  case weightsBegin(tensors: Int, sourceBytes: Int)
  /// So much of the weights is done.
  case weightsProgress(tensors: Int, sourceBytes: Int)
  /// All weights are written.
  case weightsEnd
}

/// Takes a bake's events; must not block.
public typealias BakeEventHandler = @Sendable (BakeEvent) -> Void

/// Looks at a folder that is finished but for its manifest and its name, and adds what it finds to the report. That
/// is how whoever has a runtime checks what this library, which knows none, has written.
public typealias BakeInspection = (_ folder: URL, _ report: inout BakeReport) throws -> Void
