import NIOCore
import Synchronization

/// Notices at once when a client leaves, also while its request waits or computes and nothing is read from or written to
/// its connection.
final class ClientPresence: ChannelInboundHandler, RemovableChannelHandler, Sendable {
  typealias InboundIn = NIOAny
  typealias InboundOut = NIOAny

  private struct State {
    var isGone = false
    var count = 0
    var watchers: [Int: @Sendable () -> Void] = [:]
  }

  private let state = Mutex(State())

  /// That of a connection; nil where the pipeline has none any more.
  static func of(_ channel: any Channel) async throws -> ClientPresence? {
    try? await channel.pipeline.handler(type: ClientPresence.self).get()
  }

  /// Does something when the client leaves, or at once where it has left.
  ///
  /// - Returns: What to give to `unwatch`.
  func watch(_ body: @escaping @Sendable () -> Void) -> Int {
    let (number, isGone) = state.withLock { state in
      state.count += 1
      if !state.isGone { state.watchers[state.count] = body }
      return (state.count, state.isGone)
    }
    if isGone { body() }
    return number
  }

  /// Forgets a watcher.
  func unwatch(_ number: Int) { state.withLock { $0.watchers[number] = nil } }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    context.fireChannelInactive()
  }

  /// No client of this interface sends its request and then only listens: the end of what it sends is its leaving.
  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? ChannelEvent, case .inputClosed = event { leave() }
    context.fireUserInboundEventTriggered(event)
  }

  private func leave() {
    let watchers = state.withLock { state in
      state.isGone = true
      defer { state.watchers = [:] }
      return Array(state.watchers.values)
    }
    watchers.forEach { $0() }
  }
}
