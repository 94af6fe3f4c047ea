import Files
import Foundation
import Serving
import Synchronization

/// Is told how far a model is that is being brought in.
typealias FetchTeller = @Sendable (FetchProgress) -> Void

/// What a process that brings a model in says to the server that started it.
enum FetchMessage: Codable, Sendable {
  case progress(FetchProgress)
  /// It is in the store, under this name.
  case stored(name: String)
  /// It could not be brought: why, and the code of sysexits.h.
  case failed(String, status: Int32)

  /// As it is sent.
  var frame: ByteChannel.Frame {
    get throws { .init(kind: 1, bytes: Array(try JSONEncoder().encode(self))) }
  }

  /// Reads what was sent; nil where that is not one.
  init?(_ frame: ByteChannel.Frame) {
    guard let message = try? JSONDecoder().decode(Self.self, from: Data(frame.bytes)) else { return nil }
    self = message
  }
}

/// Where such messages are said, from any thread.
final class FetchLine: Sendable {
  private let channel: ByteChannel
  private let turn = Mutex(())

  init(_ channel: ByteChannel) { self.channel = channel }

  /// Says something. A server that is gone hears nothing, and ends this process.
  func say(_ message: FetchMessage) {
    guard let frame = try? message.frame else { return }
    turn.withLock { _ in _ = channel.send(frame) }
  }
}
