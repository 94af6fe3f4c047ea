import JSON

/// What `oven sweep` found: quality, size and speed of every scheme.
package struct SweepReport {
  /// One scheme.
  package struct Row {
    package let name: String
    package let byteCount: Int
    /// Mean divergence from the unquantised weights' predictions, in nats, and how often both hold the same token most
    /// likely.
    package let divergence: Double
    package let agreement: Double
    package let perplexity: Double
    package let unquantisedPerplexity: Double
    /// Tokens a second of a prompt and of an answer.
    package let prefill: Spread?
    package let decode: Spread?

    /// The figures of a scheme; of one that was not timed without speeds.
    package init(
      name: String, byteCount: Int, divergence: Double, agreement: Double, perplexity: Double,
      unquantisedPerplexity: Double, prefill: Spread?, decode: Spread?
    ) {
      self.name = name
      self.byteCount = byteCount
      self.divergence = divergence
      self.agreement = agreement
      self.perplexity = perplexity
      self.unquantisedPerplexity = unquantisedPerplexity
      self.prefill = prefill
      self.decode = decode
    }

    /// Whether another one is at least as good in everything, and better in something.
    func isBeaten(by other: Row) -> Bool {
      let (mine, theirs) = (decode?.median ?? 0, other.decode?.median ?? 0)
      return other.divergence <= divergence && theirs >= mine && other.byteCount <= byteCount
        && (other.divergence < divergence || theirs > mine || other.byteCount < byteCount)
    }
  }

  package let model: String
  package let device: String
  package var rows: [Row]

  package init(model: String, device: String, rows: [Row]) {
    self.model = model
    self.device = device
    self.rows = rows
  }

  /// Whether a scheme is a choice that no other one makes pointless.
  package func isChoice(_ row: Row) -> Bool { !rows.contains { row.isBeaten(by: $0) } }

  /// What the screen shows: the table, and below it the picture.
  package var lines: [String] {
    var table = Table([.left, .right, .right, .right, .right, .right, .right, .left])
    table.add("scheme", "size", "divergence", "same first", "perplexity", "prompt/s", "answer/s", "")
    for row in rows {
      table.add(
        row.name, Units.bytes(row.byteCount), Units.decimals(row.divergence, 4),
        Units.decimals(row.agreement * 100, 1) + " %", Units.decimals(row.perplexity, 2),
        row.prefill.map { Units.decimals($0.median, 0) } ?? "–",
        row.decode.map { Units.decimals($0.median, 1) } ?? "–", isChoice(row) ? "" : "beaten")
    }
    let exact = rows.first.map {
      [
        "",
        "unquantised perplexity \(Units.decimals($0.unquantisedPerplexity, 2)); divergence in nats a token",
      ]
    }
    return table.lines + (exact ?? []) + [""] + SweepPicture(self).lines
  }

  /// What `--json` prints.
  package var json: JSON {
    [
      "model": .string(model), "device": .string(device),
      "schemes": .array(
        rows.map { row in
          var members: JSONObject = [
            "scheme": .string(row.name), "bytes": .int(row.byteCount),
            "kl_divergence": .double(row.divergence), "top_token_agreement": .double(row.agreement),
            "perplexity": .double(row.perplexity),
            "unquantised_perplexity": .double(row.unquantisedPerplexity), "is_choice": .bool(isChoice(row)),
          ]
          if let prefill = row.prefill { members["prompt_tokens_per_second"] = prefill.json }
          if let decode = row.decode { members["answer_tokens_per_second"] = decode.json }
          return .object(members)
        }),
    ]
  }
}
