import JSON
import Supervisor
import Tokenization

/// What `oven eval A B` found: how far the predictions of one folder are from those of another.
struct ComparisonReport {
  private let result: Divergence
  private let tokens: [Int]
  private let tokenizer: Tokenizer

  /// Tokens that are shown before a place.
  private static let contextLength = 12

  init(_ result: Divergence, tokens: [Int], tokenizer: Tokenizer) {
    self.result = result
    self.tokens = tokens
    self.tokenizer = tokenizer
  }

  /// The part of the tokens at which another one became the likeliest.
  private var flips: Double { 1 - result.agreement }

  private func context(of place: Divergence.Place) -> String {
    tokenizer.decode(
      Array(tokens[max(0, place.position - Self.contextLength)..<place.position]), skipSpecialTokens: false)
  }

  private func text(_ token: Int) -> String { tokenizer.decode([token], skipSpecialTokens: false) }

  /// What the screen shows.
  var lines: [String] {
    var lines = [
      "divergence \(Units.decimals(result.mean, 4)) nats over \(result.count) tokens, "
        + "at most \(Units.decimals(result.maximum, 2))",
      "same token most likely at \(Units.decimals(100 * result.agreement, 2)) %, "
        + "\(Units.decimals(flips, 4)) flips per token  \(Bar.text(result.agreement, of: 1))",
      "perplexity \(Units.decimals(result.perplexity.value, 3)) against "
        + Units.decimals(result.referencePerplexity.value, 3),
    ]
    var table = Table([.right, .left, .left, .left])
    table.add("nats", "found", "right", "after")
    for place in result.worst {
      // As JSON writes it: line ends and controls are seen and do nothing.
      table.add(
        Units.decimals(place.divergence, 2), JSON.string(text(place.found)).serialized(),
        JSON.string(text(place.expected)).serialized(), JSON.string(context(of: place)).serialized())
    }
    lines += table.lines
    return lines
  }

  /// What `--json` prints.
  var json: JSON {
    [
      "kl_divergence": .double(result.mean), "kl_divergence_max": .double(result.maximum),
      "top_token_agreement": .double(result.agreement), "flips_per_token": .double(flips),
      "perplexity": .double(result.perplexity.value),
      "reference_perplexity": .double(result.referencePerplexity.value), "tokens": .int(result.count),
      "worst": .array(
        result.worst.map { place in
          [
            "position": .int(place.position), "divergence": .double(place.divergence),
            "found": .string(text(place.found)), "expected": .string(text(place.expected)),
            "after": .string(context(of: place)),
          ]
        }),
    ]
  }
}
