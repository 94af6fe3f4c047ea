import Dispatch
import NIOConcurrencyHelpers
import Tensors

/// A file of a model that is on its way into the cache.
///
/// Until the download is told to begin, reads fetch small ranges: headers can be looked at before gigabytes come.
/// From then on a read waits until the whole file is there and checked, and reads the disk.
package final class ArrivingFile: ByteSource {
  private enum State {
    /// Nobody has asked for the file yet: only headers are read, from the hub.
    case announced(RemoteRangeReader)
    case awaited
    case arrived(FileByteSource)
    case failed(any Error)
  }

  /// The path that the file will have in the snapshot.
  package let name: String
  /// The file.
  package let file: HubFile
  package var byteCount: Int { file.size }

  private let wholeOnly = NIOLockedValueBox<(@Sendable () -> Void)?>(nil)
  private let state: NIOLockedValueBox<State>
  /// Open once the file has arrived or failed.
  private let settled = DispatchSemaphore(value: 0)

  /// A file that `header` reads by ranges meanwhile.
  init(_ file: HubFile, path: String, header: RemoteRangeReader) {
    self.file = file
    name = path
    state = NIOLockedValueBox(.announced(header))
  }

  /// A file that is in the snapshot already.
  /// - Throws: `TensorError` where it cannot be opened.
  init(_ file: HubFile, present path: String) throws {
    self.file = file
    name = path
    state = NIOLockedValueBox(.arrived(try FileByteSource(path: path)))
    settled.signal()
  }

  /// Whether it is there and checked.
  package var hasArrived: Bool {
    state.withLockedValue { if case .arrived = $0 { true } else { false } }
  }

  /// What to do where the server cannot send parts of a file, so that its header cannot be had alone.
  func whenWholeOnly(_ begin: @escaping @Sendable () -> Void) { wholeOnly.withLockedValue { $0 = begin } }

  /// From now on reads wait for the whole file.
  func expect() {
    let header: RemoteRangeReader? = state.withLockedValue { state in
      guard case .announced(let header) = state else { return nil }
      state = .awaited
      return header
    }
    header?.releaseMemory()
  }

  /// The file is in the snapshot, whole and checked.
  func arrived() {
    settle { name in
      do { return .arrived(try FileByteSource(path: name)) } catch { return .failed(error) }
    }
  }

  /// The file will not come.
  func fail(_ error: any Error) { settle { _ in .failed(error) } }

  private func settle(_ outcome: (String) -> State) {
    let header: RemoteRangeReader?? = state.withLockedValue { current in
      switch current {
      case .arrived, .failed: return nil
      case .awaited:
        current = outcome(name)
        return .some(nil)
      case .announced(let header):
        current = outcome(name)
        return header
      }
    }
    guard let header else { return }
    header?.cancel()
    settled.signal()
  }

  /// Fills `buffer` from `offset` on, and blocks the calling thread until that is possible.
  /// - Throws: `TensorError` for a range outside of the file, `HubError` where it did not come.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try checkRange(offset: offset, count: buffer.count)
    if case .announced(let header) = state.withLockedValue({ $0 }) {
      do {
        return try header.read(at: offset, into: buffer)
      } catch let error as HubError where error.code == .noRanges {
        wholeOnly.withLockedValue { $0 }?()
      }
    }
    settled.wait()
    // Whoever else waits is let through too.
    settled.signal()
    switch state.withLockedValue({ $0 }) {
    case .arrived(let source): try source.read(at: offset, into: buffer)
    case .failed(let error): throw error
    case .announced, .awaited: throw HubError(.cancelled, "\(file.path) was not downloaded")
    }
  }
}
