/// A narrower choice among the candidates of a draw that an option asks for.
protocol CandidateFilter: Sendable {
  /// Reads its options; nil where they ask for nothing.
  init?(_ config: SamplingConfig)

  /// Takes candidates out, never all of them.
  func apply(to candidates: inout Candidates)
}

/// All of them, in the order of transformers.
enum CandidateFilters {
  static let all: [any CandidateFilter.Type] = [TopP.self, MinP.self, TypicalP.self]
}

/// `top_p`: the most probable tokens that together have this probability.
struct TopP: CandidateFilter {
  private let part: Float

  init?(_ config: SamplingConfig) {
    part = Float(config.topP ?? 1)
    if part >= 1 { return nil }
  }

  func apply(to candidates: inout Candidates) { candidates.keep(topP: part) }
}

/// `min_p`: tokens at least so probable as this part of the best one.
struct MinP: CandidateFilter {
  private let part: Float

  init?(_ config: SamplingConfig) {
    part = Float(config.minP ?? 0)
    if part <= 0 { return nil }
  }

  func apply(to candidates: inout Candidates) { candidates.keep(minP: part) }
}

/// `typical_p`: tokens of typical surprise.
struct TypicalP: CandidateFilter {
  private let part: Float

  init?(_ config: SamplingConfig) {
    part = Float(config.typicalP ?? 1)
    if part >= 1 { return nil }
  }

  func apply(to candidates: inout Candidates) { candidates.keep(typicalP: part) }
}
