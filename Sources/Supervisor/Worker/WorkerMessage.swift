import Errors
import Files
import Foundation
import Generation

/// What the supervisor and its worker say to each other. Only steps, tokens and a few facts cross.
enum WorkerMessage {
  /// To the worker: load, and be as these limits say, or choose them.
  case begin(RunnerLimits?)
  /// To the worker: carry out.
  case step(Step)
  /// To the worker: the step is not needed any more.
  case cancel
  /// From the worker: how loading goes.
  case loading(LoadEvent)
  /// From the worker: it is loaded.
  case ready(RunnerFacts)
  /// From the worker: what it chose, and the seconds that it spent inside the device so far.
  case sampled([Sampled], deviceSeconds: Double)
  /// From the worker: it stopped the step.
  case cancelled
  /// From the worker: it could not do what it should, and why.
  case failed(WorkerFailure)

  private enum Kind: UInt8 {
    case begin = 1
    case step, cancel, loading, ready, sampled, cancelled, failed
  }

  /// As it is sent.
  func frame() throws -> ByteChannel.Frame {
    switch self {
    case .begin(let limits): Self.frame(.begin, Array(try JSONEncoder().encode(limits)))
    case .step(let step): Self.frame(.step, try step.encoded())
    case .cancel: Self.frame(.cancel)
    case .loading(let event): Self.frame(.loading, Array(try JSONEncoder().encode(event)))
    case .ready(let facts): Self.frame(.ready, Array(try JSONEncoder().encode(facts)))
    case .sampled(let sampled, let seconds):
      Self.frame(
        .sampled,
        withUnsafeBytes(of: seconds.bitPattern.littleEndian) { Array($0) } + Sampled.encoded(sampled))
    case .cancelled: Self.frame(.cancelled)
    case .failed(let failure): Self.frame(.failed, Array(try JSONEncoder().encode(failure)))
    }
  }

  private static func frame(_ kind: Kind, _ bytes: [UInt8] = []) -> ByteChannel.Frame {
    ByteChannel.Frame(kind: kind.rawValue, bytes: bytes)
  }

  /// Reads what was sent.
  init(_ frame: ByteChannel.Frame) throws {
    let bytes = frame.bytes
    switch Kind(rawValue: frame.kind) {
    case .begin: self = .begin(try JSONDecoder().decode(RunnerLimits?.self, from: Data(bytes)))
    case .step: self = .step(try Step(decoding: bytes))
    case .cancel: self = .cancel
    case .loading: self = .loading(try JSONDecoder().decode(LoadEvent.self, from: Data(bytes)))
    case .ready: self = .ready(try JSONDecoder().decode(RunnerFacts.self, from: Data(bytes)))
    case .sampled:
      guard bytes.count >= 8 else { throw WireError(description: "an answer is cut off") }
      var pattern: UInt64 = 0
      for (index, byte) in bytes.prefix(8).enumerated() { pattern |= UInt64(byte) << UInt64(8 * index) }
      self = .sampled(
        try Sampled.decoded(Array(bytes.dropFirst(8))), deviceSeconds: Double(bitPattern: pattern))
    case .cancelled: self = .cancelled
    case .failed: self = .failed(try JSONDecoder().decode(WorkerFailure.self, from: Data(bytes)))
    case nil: throw WireError(description: "a message of an unknown kind, \(frame.kind)")
    }
  }
}
