import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1

/// What a server does that a reader of ranges has to react to.
package enum ContentSignal: Error {
  /// It sends the whole file whatever range is asked for.
  case rangesIgnored
  /// The content is another one than that of earlier answers.
  case changed
}

/// One file of a model on the hub, read by ranges. Shared by all tasks that read it.
package final class RemoteFile: Sendable {
  private struct Location {
    /// Whether an answer has come, so that it is known where the content is.
    var isKnown = false
    /// Where the hub redirected to, so that not every range asks the hub again.
    var url: URL?
    /// The content server's own tag, and the address without its signature that it belongs to.
    var tag: String?
    var tagOwner: String?
  }

  package let file: HubFile
  private let requester: HubRequester
  private let hubURL: URL
  private let failure: HubFailure
  private let location = NIOLockedValueBox(Location())
  private let waiting: HubEventHandler
  /// One range asks the hub for the place of the content, while the others wait for what it learns.
  private let gate = AsyncGate()

  package init(
    _ file: HubFile, of model: HubModel, requester: HubRequester, waiting: @escaping HubEventHandler
  ) throws(HubError) {
    self.file = file
    self.requester = requester
    self.waiting = waiting
    hubURL = try requester.address.content(model.id, commit: model.commit, path: file.path)
    failure = requester.failure(model.id, revision: model.revision, path: file.path)
  }

  /// Forgets what is known about the content, to start over.
  package func forget() { location.withLockedValue { $0 = Location() } }

  /// The bytes of `range`. After a cut it goes on where the cut happened.
  /// - Throws: `ContentSignal`, `HubError`.
  package func bytes(_ range: Range<Int>, received: @escaping @Sendable (Int) -> Void) async throws -> [UInt8]
  {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    return try await requester.repeating(waiting: waiting) { machine in
      let rest = (range.lowerBound + bytes.count)..<range.upperBound
      if rest.isEmpty { return bytes }
      let answer = try await self.open(rest)
      guard answer.status == 206 || rest == 0..<self.file.size else { throw ContentSignal.rangesIgnored }
      try await self.consume(answer, atMost: rest.count) { part in
        bytes.append(contentsOf: part.readableBytesView)
        machine.progressed()
        received(part.readableBytes)
      }
      guard bytes.count == range.count else { throw self.cut }
      return bytes
    }
  }

  /// Reads from `start` to the end in one stream, repeated after a cut.
  ///
  /// - Parameters:
  ///   - consume: gets the bytes in order.
  ///   - restart: called where the server can only send the whole file again; what was consumed is void then.
  package func stream(
    from start: Int, consume: (ByteBuffer) throws -> Void, restart: () throws -> Void
  ) async throws {
    var position = start
    try await requester.repeating(waiting: waiting) { machine in
      if position == self.file.size, position > 0 { return }
      let answer = try await self.open(position..<self.file.size)
      if answer.status != 206, position > 0 {
        try restart()
        position = 0
      }
      try await self.consume(answer, atMost: self.file.size - position) { part in
        try consume(part)
        position += part.readableBytes
        machine.progressed()
      }
      guard position == self.file.size else {
        // A whole answer that ended as it should and is short will not be longer the next time.
        throw answer.status == 206 ? self.cut : self.wrongSize("\(position)")
      }
    }
  }

  private var cut: AttemptError {
    AttemptError(failure: .connection("cut"), error: wrongSize("less in an answer that ended early"))
  }

  private func wrongSize(_ found: String) -> HubError {
    HubError(
      .sizeMismatch,
      "\(file.path) of \(failure.id) should have \(file.size) bytes, the server sends \(found)",
      mend: "Repeat the command later; if HF_ENDPOINT names a mirror, try without it.")
  }

  /// One attempt to open `range`; the answer has been checked against what is known about the file.
  private func open(_ range: Range<Int>) async throws -> HubAnswer {
    guard !location.withLockedValue({ $0.isKnown }) else { return try await request(range) }
    await gate.enter()
    // Another range may have learnt it in the meantime; then there is nothing to hold the others up for.
    guard !location.withLockedValue({ $0.isKnown }) else {
      await gate.leave()
      return try await request(range)
    }
    do {
      let answer = try await request(range)
      await gate.leave()
      return answer
    } catch {
      await gate.leave()
      throw error
    }
  }

  private func request(_ range: Range<Int>) async throws -> HubAnswer {
    let known = location.withLockedValue { $0 }
    var headers = HTTPHeaders()
    if range != 0..<file.size {
      headers.add(name: "Range", value: "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
      // Only a strong tag may stand here (RFC 9110, 13.1.5).
      if known.url != nil, let tag = known.tag, tag.hasPrefix("\"") {
        headers.add(name: "If-Range", value: tag)
      }
    }
    let answer: HubAnswer
    do {
      answer = try await requester.attempt(.GET, known.url ?? hubURL, headers: headers, failure: failure)
    } catch let error as AttemptError {
      if case .staleLocation = error.failure {
        location.withLockedValue { ($0.url, $0.isKnown) = (nil, false) }
      }
      throw error
    }
    try note(answer)
    try checkExtent(answer, range)
    return answer
  }

  /// Remembers where the content is and which one it is.
  private func note(_ answer: HubAnswer) throws {
    let owner = answer.url.absoluteString.split(separator: "?").first.map(String.init)
    let tag = answer.headers.first(name: "ETag")
    let changed = location.withLockedValue { location in
      location.isKnown = true
      if Origin(answer.url) != requester.address.origin { location.url = answer.url }
      defer { if let tag { (location.tag, location.tagOwner) = (tag, owner) } }
      return tag != nil && location.tag != nil && location.tagOwner == owner && location.tag != tag
    }
    if changed { throw ContentSignal.changed }
  }

  private func checkExtent(_ answer: HubAnswer, _ range: Range<Int>) throws {
    if answer.status == 206 {
      guard let told = answer.headers.first(name: "Content-Range").flatMap(ContentRange.init),
        told.range.lowerBound == range.lowerBound, told.range.upperBound <= range.upperBound
      else {
        throw HubError(.serverFailure, "the server sends another part of \(file.path) than was asked for")
      }
      if let total = told.total, total != file.size { throw wrongSize("\(total)") }
    } else if let length = answer.headers.first(name: "Content-Length").flatMap({ Int($0) }),
      length != file.size
    {
      throw wrongSize("\(length)")
    }
  }

  private func consume(_ answer: HubAnswer, atMost limit: Int, _ body: (ByteBuffer) throws -> Void)
    async throws
  {
    var count = 0
    do {
      for try await part in answer.body {
        count += part.readableBytes
        guard count <= limit else { throw wrongSize("more") }
        try body(part)
      }
    } catch {
      throw HubTransport.classified(error, answer.url)
    }
  }
}
