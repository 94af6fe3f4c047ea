import Generation
import JSON

extension CompletionUsage {
  /// As chat and text completions show it.
  var openAIJSON: JSON {
    [
      "prompt_tokens": .int(promptTokens), "completion_tokens": .int(generatedTokens),
      "total_tokens": .int(promptTokens + generatedTokens),
      "prompt_tokens_details": ["cached_tokens": .int(cachedTokens)],
    ]
  }
}

extension AnswerEnd.Reason {
  /// OpenAI's word.
  var openAIWord: String {
    switch self {
    case .stop: "stop"
    case .length: "length"
    case .toolCalls: "tool_calls"
    case .cancelled: "stop"
    }
  }
}

/// Log-probabilities as OpenAI shows them.
struct LogProbabilityForm: Sendable {
  let prompts: any PromptFormatting

  /// A list for chat: each token with its bytes, which need not be whole characters.
  func chat(_ tokens: [TokenLogProbability]) -> JSON {
    .array(
      tokens.map { token in
        var entry = self.entry(token.token, token.logProbability)
        entry["top_logprobs"] = .array(
          token.top.map { .object(self.entry($0.token, $0.logProbability)) })
        return .object(entry)
      })
  }

  private func entry(_ token: Int, _ logProbability: Float) -> JSONObject {
    let bytes = prompts.bytes(of: token)
    return [
      "token": .string(String(decoding: bytes, as: UTF8.self)),
      "logprob": .double(Self.finite(logProbability)), "bytes": .array(bytes.map { .int(Int($0)) }),
    ]
  }

  /// Parallel lists for text completions.
  func text(_ tokens: [TokenLogProbability], offset: Int) -> JSON {
    var (texts, values, tops, offsets): ([JSON], [JSON], [JSON], [JSON]) = ([], [], [], [])
    var place = offset
    for token in tokens {
      let text = self.text(token.token)
      texts.append(.string(text))
      values.append(.double(Self.finite(token.logProbability)))
      offsets.append(.int(place))
      place += text.count
      tops.append(
        .object(
          JSONObject(
            uniqueKeysWithValues: token.top.map {
              (self.text($0.token), .double(Self.finite($0.logProbability)))
            })))
    }
    return [
      "tokens": .array(texts), "token_logprobs": .array(values), "top_logprobs": .array(tops),
      "text_offset": .array(offsets),
    ]
  }

  private func text(_ token: Int) -> String { String(decoding: prompts.bytes(of: token), as: UTF8.self) }

  /// JSON has no infinity; OpenAI says -9999.
  private static func finite(_ value: Float) -> Double { value.isFinite ? Double(value) : -9999 }
}
