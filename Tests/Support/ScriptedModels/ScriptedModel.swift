/// What a made-up model says of a text: a logit for every token of its vocabulary.
package struct ScriptedModel: Sendable {
  /// The tokens that there are.
  package let vocabulary: Int
  /// The logits that follow `tokens`, of which the first `promptCount` are the prompt's.
  package let logits: @Sendable (_ tokens: [Int], _ promptCount: Int) -> [Float]

  /// A model with logits of its own.
  package init(vocabulary: Int, logits: @escaping @Sendable (_ tokens: [Int], _ promptCount: Int) -> [Float])
  {
    self.vocabulary = vocabulary
    self.logits = logits
  }

  /// A model whose logits depend on every token before, so that one wrong token in its cache changes all that follow.
  package static func hashing(vocabulary: Int) -> ScriptedModel {
    ScriptedModel(vocabulary: vocabulary) { tokens, _ in
      var state: UInt64 = 0x243F_6A88_85A3_08D3
      for token in tokens { state = mixed(state &+ UInt64(truncatingIfNeeded: token) &+ 1) }
      return (0..<vocabulary).map { _ in
        state = mixed(state &+ 0x9E37_79B9_7F4A_7C15)
        return Float(state >> 40) * 0x1p-21
      }
    }
  }

  /// A model that answers every prompt with these tokens, and goes on with the last of them.
  package static func answering(_ answer: [Int], vocabulary: Int) -> ScriptedModel {
    ScriptedModel(vocabulary: vocabulary) { tokens, promptCount in
      var logits = [Float](repeating: 0, count: vocabulary)
      let place = min(tokens.count - promptCount, answer.count - 1)
      if answer.indices.contains(place), logits.indices.contains(answer[place]) { logits[answer[place]] = 50 }
      return logits
    }
  }

  /// A model that answers token n with n + 1, and the last one of its vocabulary with 2.
  package static func counting(vocabulary: Int) -> ScriptedModel {
    ScriptedModel(vocabulary: vocabulary) { tokens, _ in
      var logits = [Float](repeating: 0, count: vocabulary)
      let last = tokens.last ?? 0
      logits[last + 1 < vocabulary ? last + 1 : 2] = 5
      return logits
    }
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var value = value
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
