import Generation

/// What happens to an answer, once reasoning and calls are told apart.
enum AnswerEvent: Sendable {
  /// So many tokens of the prompt are computed.
  case prefill(done: Int, total: Int, cached: Int)
  /// Text for the user; either may be empty.
  case text(branch: Int, String, [TokenLogProbability])
  /// Text of the model's reasoning.
  case reasoning(branch: Int, String)
  /// A call begins.
  case callBegan(branch: Int, index: Int, id: String, name: String)
  /// A piece of a call's arguments.
  case arguments(branch: Int, index: Int, String)
  /// A branch has ended.
  case finished(branch: Int, AnswerEnd)
}

/// How a branch ended.
struct AnswerEnd: Sendable, Equatable {
  /// Why.
  var reason: Reason
  /// The stop string that ended it.
  var stopString: String?
  /// What it took.
  var usage: CompletionUsage

  /// Why a branch ended.
  enum Reason: Sendable { case stop, length, toolCalls, cancelled }
}

/// Turns what a service reports into what dialects show: one parser a branch, ids for calls. Pure.
struct AnswerAssembler: Sendable {
  private var parsers: [any AnswerParser]
  private var hasCalls: [Bool]
  private let makeID: @Sendable () -> String

  /// - Parameter makeID: makes the id of a call.
  init(_ plan: AnswerPlan, makeID: @escaping @Sendable () -> String) {
    parsers = plan.parsers
    hasCalls = Array(repeating: false, count: plan.parsers.count)
    self.makeID = makeID
  }

  /// What an event of the service means; none for branches that were not asked for.
  mutating func take(_ event: CompletionEvent) -> [AnswerEvent] {
    switch event {
    case .prefill(let done, let total, let cached):
      return [.prefill(done: done, total: total, cached: cached)]
    case .text(let branch, let text, _, let logProbabilities):
      guard parsers.indices.contains(branch) else { return [] }
      var events = convert(parsers[branch].append(text), branch)
      if !logProbabilities.isEmpty {
        if let index = events.firstIndex(where: { if case .text = $0 { true } else { false } }),
          case .text(_, let text, _) = events[index]
        {
          events[index] = .text(branch: branch, text, logProbabilities)
        } else {
          events.append(.text(branch: branch, "", logProbabilities))
        }
      }
      return events
    case .finished(let branch, let reason, let stopString, let usage):
      guard parsers.indices.contains(branch) else { return [] }
      var events = convert(parsers[branch].finish(isCut: reason == .length), branch)
      let end = AnswerEnd(reason: self.reason(reason, branch), stopString: stopString, usage: usage)
      events.append(.finished(branch: branch, end))
      return events
    }
  }

  private func reason(_ reason: FinishReason, _ branch: Int) -> AnswerEnd.Reason {
    switch reason {
    case .length: .length
    case .cancelled: .cancelled
    case .stop, .stopString: hasCalls[branch] ? .toolCalls : .stop
    }
  }

  private mutating func convert(_ parts: [AnswerPart], _ branch: Int) -> [AnswerEvent] {
    parts.map { part in
      switch part {
      case .text(let text): return .text(branch: branch, text, [])
      case .reasoning(let text): return .reasoning(branch: branch, text)
      case .callBegan(let index, let name):
        hasCalls[branch] = true
        return .callBegan(branch: branch, index: index, id: makeID(), name: name)
      case .arguments(let index, let piece): return .arguments(branch: branch, index: index, piece)
      }
    }
  }
}

/// A whole answer.
struct CollectedAnswer: Sendable {
  /// One for each branch, in their order.
  var branches: [Branch]

  /// One of the answers to a prompt.
  struct Branch: Sendable {
    /// Text for the user.
    var text = ""
    /// Text of the model's reasoning.
    var reasoning = ""
    /// The calls, in their order.
    var calls: [Call] = []
    /// Of every token of the text, where asked for.
    var logProbabilities: [TokenLogProbability] = []
    /// How it ended.
    var end = AnswerEnd(reason: .cancelled, usage: CompletionUsage())
  }

  /// A call of a tool.
  struct Call: Sendable {
    /// Its id.
    var id: String
    /// The tool's name.
    var name: String
    /// JSON, as the model wrote it.
    var arguments = ""
  }

  /// Nothing yet.
  init(branches count: Int) { branches = Array(repeating: Branch(), count: count) }

  /// Takes note of an event.
  mutating func take(_ event: AnswerEvent) {
    switch event {
    case .prefill: break
    case .text(let branch, let text, let logProbabilities):
      branches[branch].text += text
      branches[branch].logProbabilities += logProbabilities
    case .reasoning(let branch, let text): branches[branch].reasoning += text
    case .callBegan(let branch, _, let id, let name): branches[branch].calls.append(Call(id: id, name: name))
    case .arguments(let branch, let index, let piece):
      if branches[branch].calls.indices.contains(index) { branches[branch].calls[index].arguments += piece }
    case .finished(let branch, let end): branches[branch].end = end
    }
  }

  /// What all branches together took: the prompt counts once.
  var usage: CompletionUsage {
    var usage = branches[0].end.usage
    usage.generatedTokens = branches.reduce(0) { $0 + $1.end.usage.generatedTokens }
    return usage
  }
}
