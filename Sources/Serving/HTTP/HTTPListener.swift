import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Where a server listens.
package enum ListeningAddress: Sendable, Equatable {
  /// A host and its port; 0 for any that is free.
  case host(String, port: Int)
  /// A socket in the file system.
  case path(String)
  /// A socket that somebody else has bound, as systemd does.
  case inherited(descriptor: CInt)
}

/// Accepts connections until it is told to stop, and then lets those end that answer.
struct HTTPListener<Child: ServerChildChannel>: Service {
  let address: ListeningAddress
  let child: Child
  let limit: Int
  let logger: Logger
  let whenRunning: @Sendable (SocketAddress?) async -> Void

  func run() async throws {
    let server = try await bind()
    let connections = OpenConnections()
    let channel = server.channel
    await withGracefulShutdownHandler {
      await whenRunning(channel.localAddress)
      await withDiscardingTaskGroup { group in
        do {
          try await server.executeThenClose { inbound in
            for try await connection in inbound {
              group.addTask {
                let number = connections.add(connection.channel)
                await child.handle(value: connection, logger: logger)
                connections.remove(number)
              }
            }
          }
        } catch {
          logger.error("accepting connections ended: \(error)")
        }
      }
    } onGracefulShutdown: {
      channel.close(promise: nil)
      connections.closeIdle()
    }
  }

  private func bind() async throws -> NIOAsyncChannel<Child.Value, Never> {
    let (child, logger, limit) = (child, logger, limit)
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(ChannelOptions.backlog, value: 256)
      .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            AvailableConnectionsChannelHandler(maxConnections: limit))
        }
      }
    let initializer: @Sendable (any Channel) -> EventLoopFuture<Child.Value> = { channel in
      child.setup(channel: channel, logger: logger)
    }
    switch address {
    case .host(let host, let port):
      return try await bootstrap.childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
        .bind(host: host, port: port, childChannelInitializer: initializer)
    case .path(let path):
      return try await bootstrap.bind(
        unixDomainSocketPath: path, cleanupExistingSocketFile: true, childChannelInitializer: initializer)
    case .inherited(let descriptor):
      return try await bootstrap.bind(descriptor, childChannelInitializer: initializer)
    }
  }
}

/// The connections that are open, so that those without a request can be closed when the server goes down.
private final class OpenConnections: Sendable {
  private struct State {
    var count = 0
    var isClosing = false
    var channels: [Int: any Channel] = [:]
  }

  private let state = Mutex(State())

  func add(_ channel: any Channel) -> Int {
    let (number, isClosing) = state.withLock { state in
      state.count += 1
      state.channels[state.count] = channel
      return (state.count, state.isClosing)
    }
    if isClosing { Self.quiesce(channel) }
    return number
  }

  func remove(_ number: Int) { state.withLock { $0.channels[number] = nil } }

  func closeIdle() {
    let channels = state.withLock { state in
      state.isClosing = true
      return Array(state.channels.values)
    }
    channels.forEach(Self.quiesce)
  }

  private static func quiesce(_ channel: any Channel) {
    channel.eventLoop.execute { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
  }
}
