import Hub
import Testing

@Suite("Repetition of requests")
struct RetryTests {
  @Test("waits double up to a bound, and end")
  func doubling() {
    var machine = RetryMachine(.init(attempts: 8, firstWait: .seconds(1), longestWait: .seconds(20)))
    var waits: [RetryDecision] = []
    for _ in 0..<8 { waits.append(machine.failed(.status(503, retryAfter: nil), random: 1)) }
    let seconds: [RetryDecision] = [1, 2, 4, 8, 16, 20, 20].map { .wait(.seconds($0)) }
    #expect(waits == seconds + [.giveUp])
  }

  @Test("chance shortens a wait by half at most")
  func jitter() {
    for random in [0, 0.25, 0.999] {
      var machine = RetryMachine(.init())
      #expect(machine.failed(.connection("cut"), random: random) == .wait(.seconds(1) * (0.5 + 0.5 * random)))
    }
  }

  @Test("progress starts the count anew, but not without end")
  func progress() {
    var machine = RetryMachine(.init(attempts: 2))
    var decision = RetryDecision.giveUp
    var cuts = 0
    repeat {
      machine.progressed()
      decision = machine.failed(.connection("cut"), random: 0)
      cuts += 1
    } while decision == .wait(.milliseconds(500)) && cuts < 10_000
    #expect(decision == .giveUp)
    #expect((100...1000).contains(cuts))
  }

  @Test("what the server asks for is kept to, within bounds")
  func retryAfter() {
    var machine = RetryMachine(.init())
    #expect(machine.failed(.status(429, retryAfter: .seconds(300)), random: 0) == .wait(.seconds(300)))
    #expect(machine.failed(.status(503, retryAfter: .seconds(311)), random: 0) == .tooLong(.seconds(311)))
    #expect(machine.failed(.status(429, retryAfter: .zero), random: 0) == .wait(.zero))
  }

  @Test(
    "what will not change is not repeated", arguments: [400, 401, 403, 404, 405, 410, 416, 451, 501, 505])
  func permanent(status: Int) {
    var machine = RetryMachine(.init())
    #expect(machine.failed(.status(status, retryAfter: .seconds(1)), random: 0) == .permanent)
  }

  @Test("what may change is", arguments: [408, 425, 429, 500, 502, 503, 504, 520])
  func transient(status: Int) {
    var machine = RetryMachine(.init())
    #expect(machine.failed(.status(status, retryAfter: nil), random: 0) == .wait(.milliseconds(500)))
  }

  @Test("a stale address is renewed at once, a few times")
  func stale() {
    var machine = RetryMachine(.init(attempts: 3))
    let decisions = (0..<3).map { _ in machine.failed(.staleLocation(403), random: 0) }
    #expect(decisions == [.wait(.zero), .wait(.zero), .giveUp])
  }

  @Test("Retry-After in seconds, as a date, as a rate limit, and as nonsense")
  func header() {
    let now = 784_111_777
    func wait(_ after: String?, _ limit: String? = nil) -> Duration? {
      RetryAfter.wait(retryAfter: after, rateLimit: limit, now: now)
    }
    #expect(wait(" 120 ") == .seconds(120))
    #expect(wait("Sun, 06 Nov 1994 08:49:37 GMT") == .zero)
    #expect(wait("Sun, 06 Nov 1994 09:49:37 GMT") == .seconds(3600))
    #expect(wait("Fri, 31 Dec 1993 23:59:59 GMT") == .zero)
    #expect(wait("-3") == nil)
    #expect(wait("soon", "\"api\";r=0;t=55") == .seconds(55))
    #expect(wait(nil, "\"api\";r=0") == nil)
    #expect(wait(nil) == nil)
  }

  /// Seconds as Python's `email.utils.parsedate_to_datetime(text).timestamp()` gives them.
  @Test(
    "dates of HTTP",
    arguments: [
      ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
      ("Mon, 23 Nov 2026 05:00:00 GMT", 1_795_410_000), ("Thu, 31 Dec 2099 23:59:59 GMT", 4_102_444_799),
    ])
  func dates(text: String, seconds: Int) { #expect(RetryAfter.httpDate(text) == seconds) }

  @Test("ranges come back in order, whatever the order of their arrival, within a window")
  func window() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<50 {
      var window = SegmentWindow<Range<Int>>(3..<1003, size: 70, ahead: 4)
      var underWay: [Range<Int>] = []
      var inOrder: [Int] = []
      while !window.isFinished {
        while let range = window.issue() { underWay.append(range) }
        #expect(underWay.count <= 4 && !underWay.isEmpty)
        let range = underWay.remove(at: Int.random(in: underWay.indices, using: &generator))
        for piece in window.finished(range, range) { inOrder += Array(piece) }
      }
      #expect(inOrder == Array(3..<1003))
    }
  }

  @Test("content ranges")
  func contentRange() {
    #expect(ContentRange("bytes 0-99/1000")?.range == 0..<100)
    #expect(ContentRange("bytes 5-5/*")?.total == nil)
    for bad in [
      "", "bytes */1000", "bytes 9-3/10", "bytes 0-10/10", "items 0-1/2", "bytes 0-99", "bytes -1-2/3",
      "bytes 0-9223372036854775807/9223372036854775807",
    ] {
      #expect(ContentRange(bad) == nil)
    }
  }
}
