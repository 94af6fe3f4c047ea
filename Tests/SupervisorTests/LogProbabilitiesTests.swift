import Supervisor
import Testing

/// Expected values by scipy 1.17: `scipy.special.log_softmax` and the sum of `rel_entr` of their exponentials.
@Suite struct LogProbabilitiesTests {
  private let right: [Float] = [-2.41, -3.97, -0.75, 1.26, 3.41, 0.33]
  private let found: [Float] = [-1.66, -2.35, 2.25, 4.9, 0.82, -3.7]

  private func with<Result>(
    _ logits: [Float], _ body: (LogProbabilities) throws -> Result
  ) rethrows -> Result {
    var copy = logits
    return try copy.withUnsafeMutableBufferPointer { try body(LogProbabilities($0)) }
  }

  @Test func areThoseOfSoftmax() {
    with(right) { probabilities in
      #expect(abs((probabilities[0] ?? 0) + 5.986905) < 1e-5)
      #expect(abs((probabilities[4] ?? 0) + 0.166905) < 1e-5)
      #expect(probabilities.best == 4)
      #expect(probabilities[6] == nil && probabilities[-1] == nil)
    }
  }

  @Test func doNotOverflow() {
    with([1e4, 1e4 - 1, -1e4]) { probabilities in
      #expect(abs((probabilities[0] ?? 0) + 0.31326) < 1e-3)
      #expect(probabilities[2].map { $0 < -1.9e4 } == true)
    }
  }

  @Test func divergeAsScipySays() {
    with(right) { right in
      with(found) { found in
        #expect(abs(right.divergence(of: found) - 3.356573) < 1e-5)
      }
      #expect(right.divergence(of: right) == 0)
    }
  }

  @Test func whatIsNoNumberIsNotHidden() {
    with(right) { right in
      with([.nan, 0, 0, 0, 0, 0]) { broken in #expect(right.divergence(of: broken).isNaN) }
    }
  }
}
