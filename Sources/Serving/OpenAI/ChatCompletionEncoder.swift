import Foundation
import Generation
import JSON

/// Writes chunks of `chat.completion.chunk`.
struct ChatCompletionEncoder: AnswerEncoder {
  static let contentType = ServerSentEvents.contentType
  static let ping: String? = ServerSentEvents.ping

  let id: String
  let created: Int
  let model: String
  let branches: Int
  let includesUsage: Bool
  let logProbabilities: LogProbabilityForm?
  private var ends: [Int: AnswerEnd] = [:]
  private var frames: [Int: (head: String, tail: String)] = [:]

  init(
    id: String, created: Int, model: String, branches: Int, includesUsage: Bool,
    logProbabilities: LogProbabilityForm?
  ) {
    self.id = id
    self.created = created
    self.model = model
    self.branches = branches
    self.includesUsage = includesUsage
    self.logProbabilities = logProbabilities
  }

  mutating func begin() -> String {
    (0..<branches).map { chunk($0, ["role": "assistant", "content": ""]) }.joined()
  }

  mutating func encode(_ event: AnswerEvent) -> String {
    switch event {
    case .prefill: return ""
    case .text(let branch, let text, let tokens):
      guard !text.isEmpty || !tokens.isEmpty else { return "" }
      if logProbabilities == nil { return textChunk(branch, text) }
      return chunk(branch, ["content": .string(text)], logProbabilities: tokens)
    case .reasoning(let branch, let text):
      return chunk(branch, ["reasoning_content": .string(text), "reasoning": .string(text)])
    case .callBegan(let branch, let index, let id, let name):
      return chunk(
        branch,
        call(index, ["name": .string(name), "arguments": ""], ["id": .string(id), "type": "function"]))
    case .arguments(let branch, let index, let piece):
      return chunk(branch, call(index, ["arguments": .string(piece)], [:]))
    case .finished(let branch, let end):
      ends[branch] = end
      return chunk(branch, [:], reason: end.reason.openAIWord)
    }
  }

  mutating func end() -> String {
    var text = ""
    if includesUsage, var usage = ends[0]?.usage {
      usage.generatedTokens = ends.values.reduce(0) { $0 + $1.usage.generatedTokens }
      text = frame(choices: [], usage: usage.openAIJSON)
    }
    return text + ServerSentEvents.frame("[DONE]")
  }

  mutating func fail(_ error: ServingError) -> String {
    ServerSentEvents.frame(Dialect.openAI.body(error).serialized())
  }

  private func call(_ index: Int, _ function: JSONObject, _ members: JSONObject) -> JSONObject {
    var call: JSONObject = ["index": .int(index)]
    call.merge(members) { first, _ in first }
    call["function"] = .object(function)
    return ["tool_calls": [.object(call)]]
  }

  /// A frame of text alone. Most frames are, and but for the text all of a branch are the same: what stands around it is
  /// made once.
  private mutating func textChunk(_ branch: Int, _ text: String) -> String {
    if let (head, tail) = frames[branch] { return head + JSON.string(text).serialized() + tail }
    let content: JSONObject = ["content": .string(text)]
    let whole = chunk(branch, content)
    let mark = JSON.object(content).serialized().dropFirst().dropLast()
    if let place = whole.range(of: mark, options: .backwards) {
      let start = whole.index(place.lowerBound, offsetBy: "\"content\":".count)
      frames[branch] = (String(whole[..<start]), String(whole[place.upperBound...]))
    }
    return whole
  }

  private func chunk(
    _ branch: Int, _ delta: JSONObject, reason: String? = nil,
    logProbabilities tokens: [TokenLogProbability] = []
  ) -> String {
    var choice: JSONObject = ["index": .int(branch), "delta": .object(delta)]
    if let logProbabilities {
      choice["logprobs"] =
        tokens.isEmpty ? .null : ["content": logProbabilities.chat(tokens), "refusal": .null]
    } else {
      choice["logprobs"] = .null
    }
    choice["finish_reason"] = reason.map(JSON.string) ?? .null
    return frame(choices: [.object(choice)], usage: includesUsage ? .null : nil)
  }

  private func frame(choices: [JSON], usage: JSON?) -> String {
    var members: JSONObject = [
      "id": .string(id), "object": "chat.completion.chunk", "created": .int(created), "model": .string(model),
      "choices": .array(choices),
    ]
    if let usage { members["usage"] = usage }
    return ServerSentEvents.frame(JSON.object(members).serialized())
  }
}
