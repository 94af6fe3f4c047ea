import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix

/// A request that a test's server got.
struct ServedRequest: Sendable {
  var method: HTTPMethod
  /// With the query.
  var uri: String
  var headers: HTTPHeaders

  var path: String { String(uri.split(separator: "?", maxSplits: 1).first ?? "") }
  var authorization: String? { headers.first(name: "Authorization") }

  /// The bytes that a `Range` header asks for, of a file of `size` bytes.
  func range(of size: Int) -> Range<Int>? {
    guard let text = headers.first(name: "Range"), text.hasPrefix("bytes=") else { return nil }
    let bounds = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard bounds.count == 2, let first = Int(bounds[0]) else { return nil }
    return first..<min(size, (Int(bounds[1]) ?? size - 1) + 1)
  }
}

/// What a test's server answers.
struct Reply: Sendable {
  var status = 200
  var headers: [(String, String)] = []
  var body: [UInt8] = []
  /// Close the connection after so many bytes of the body, though more were announced.
  var cutAfter: Int?
  /// Announce no length.
  var isChunked = false
  /// Announce this length instead of the body's.
  var announcedLength: Int?
  /// Never answer.
  var isSilent = false
}

/// An HTTP server on the loopback interface with a port of its own.
final class LoopbackServer: Sendable {
  let port: Int
  private let channel: any Channel
  private let log = NIOLockedValueBox<[ServedRequest]>([])

  var requests: [ServedRequest] { log.withLockedValue { $0 } }
  var address: String { "http://127.0.0.1:\(port)" }

  init(_ answer: @escaping @Sendable (ServedRequest) -> Reply) async throws {
    let log = log
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 64)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(
            ReplyHandler { request in
              log.withLockedValue { $0.append(request) }
              return answer(request)
            })
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = channel.localAddress?.port ?? 0
  }

  func stop() async { try? await channel.close() }
}

private final class ReplyHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let answer: (ServedRequest) -> Reply
  private var head: HTTPRequestHead?

  init(_ answer: @escaping (ServedRequest) -> Reply) { self.answer = answer }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): self.head = head
    case .body: break
    case .end:
      guard let head else { return }
      let request = ServedRequest(method: head.method, uri: head.uri, headers: head.headers)
      write(answer(request), to: head, context)
    }
  }

  private func write(_ reply: Reply, to request: HTTPRequestHead, _ context: ChannelHandlerContext) {
    if reply.isSilent { return }
    var headers = HTTPHeaders(reply.headers)
    if reply.isChunked {
      headers.add(name: "Transfer-Encoding", value: "chunked")
    } else if !headers.contains(name: "Content-Length") {
      headers.add(name: "Content-Length", value: "\(reply.announcedLength ?? reply.body.count)")
    }
    let head = HTTPResponseHead(
      version: .http1_1, status: .init(statusCode: reply.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if request.method != .HEAD {
      let body = reply.body.prefix(reply.cutAfter ?? reply.body.count)
      context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    }
    if reply.cutAfter != nil {
      let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
      context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer())))).whenComplete { _ in
        bound.value.close(promise: nil)
      }
    } else {
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }
}
