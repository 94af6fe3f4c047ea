/// What a client asks of a model: tokens to go on from, how to choose, when to stop, what the text must be.
package struct CompletionRequest: Sendable {
  /// The prompt's tokens; at least one.
  package var prompt: [Int]
  /// How to generate.
  package var config: GenerationConfig
  /// Independent answers to the same prompt (`n`), with the seeds `seed`, `seed + 1` …
  package var branches = 1
  /// How many alternatives of each token to report with their log-probabilities; nil for no log-probabilities.
  package var topLogProbabilities: Int?
  /// What the text must be; nil for anything.
  package var constraint: OutputConstraint?
  /// Requests of a higher number are admitted first.
  package var priority = 0

  /// A request with the defaults.
  package init(prompt: [Int], config: GenerationConfig) {
    self.prompt = prompt
    self.config = config
  }
}

/// A token with its probability.
package struct TokenLogProbability: Sendable, Equatable {
  /// The token.
  package var token: Int
  /// The natural logarithm of its probability, before temperature and filters.
  package var logProbability: Float
  /// The most probable tokens at its place, the best first.
  package var top: [Alternative]

  /// A token that could have come.
  package struct Alternative: Sendable, Equatable {
    /// The token.
    package var token: Int
    /// The natural logarithm of its probability.
    package var logProbability: Float

    /// An alternative.
    package init(token: Int, logProbability: Float) {
      self.token = token
      self.logProbability = logProbability
    }
  }

  /// A token, its probability and its alternatives.
  package init(token: Int, logProbability: Float, top: [Alternative] = []) {
    self.token = token
    self.logProbability = logProbability
    self.top = top
  }
}

/// What a completion took.
package struct CompletionUsage: Sendable, Equatable {
  /// Tokens of the prompt.
  package var promptTokens = 0
  /// Tokens of the prompt that did not have to be computed.
  package var cachedTokens = 0
  /// Tokens generated, an end token included.
  package var generatedTokens = 0
  /// Seconds from the request to the first step that computed for it.
  package var queueTime = 0.0
  /// Seconds from the request to the first token.
  package var timeToFirstToken = 0.0
  /// Seconds from the request to the end.
  package var totalTime = 0.0

  /// Nothing yet.
  package init() {}
}

/// What happens to a request, in order.
package enum CompletionEvent: Sendable {
  /// So many tokens of the prompt are computed; `cached` of them were before.
  case prefill(done: Int, total: Int, cached: Int)
  /// Tokens were chosen and text became certain: whole characters, nothing that may become a stop string. Either may be
  /// empty.
  case text(branch: Int, text: String, tokens: [Int], logProbabilities: [TokenLogProbability])
  /// A branch has ended; `stopString` is the one that ended it. The request ends with its last branch.
  case finished(branch: Int, reason: FinishReason, stopString: String?, usage: CompletionUsage)
}

/// Why a request is not answered.
package struct CompletionFailure: Error, Sendable, Equatable {
  /// What kind of failure.
  package enum Code: String, Sendable {
    /// The prompt, with what is to be generated at least, can never fit.
    case promptTooLong
    /// A constraint that cannot be enforced; the message names the keyword and its path.
    case badConstraint
    /// An option out of its range.
    case badOption
    /// The queue is full: try again.
    case queueFull
    /// The service is going down and takes nothing new.
    case draining
    /// The runner died twice while it computed this request, or cannot be started again.
    case runnerLost
  }

  /// What kind of failure.
  package var code: Code
  /// A sentence for people.
  package var message: String
  /// For `promptTooLong`: the prompt's tokens.
  package var promptTokens: Int?
  /// For `promptTooLong`: the tokens that fit.
  package var contextLength: Int?

  /// A failure.
  package init(_ code: Code, _ message: String, promptTokens: Int? = nil, contextLength: Int? = nil) {
    self.code = code
    self.message = message
    self.promptTokens = promptTokens
    self.contextLength = contextLength
  }
}

/// How busy a service is.
package struct ServiceStatus: Sendable, Equatable {
  /// Requests that compute.
  package var running = 0
  /// Requests that wait.
  package var waiting = 0
  /// The share of the KV cache's blocks in use, 0 to 1.
  package var cacheUsage = 0.0
  /// Tokens of prompts looked up in, and found in, the prefix cache.
  package var prefixQueries = 0, prefixHits = 0
  /// Sequences preempted since the start.
  package var preemptions = 0
  /// Steps since the start.
  package var steps = 0
  /// Seconds since the last step ended while there is work; 0 where there is none. A watchdog looks at it.
  package var stalledFor = 0.0
  /// Times that the runner was started again.
  package var restarts = 0
  /// Why, the last time; empty where it was not.
  package var lastLoss = ""

  /// Nothing going on.
  package init() {}
}

/// A loaded model that answers many requests at once. The terminal, the server and the bench are its clients.
package protocol CompletionService: Sendable {
  /// The tokens that fit into the context.
  var contextLength: Int { get }
  /// The tokens of a prompt at most.
  var longestPrompt: Int { get }
  /// The name of the device that computes, as its plugin gives it.
  var deviceName: String { get }
  /// Seconds spent inside the device since the start.
  var deviceSeconds: Double { get async }

  /// Queues a request. The stream ends after the last `finished`, or throws a `CompletionFailure`. Whoever stops
  /// listening cancels: the work is freed within a step.
  ///
  /// - Throws: `CompletionFailure` for a request that is refused at once.
  func complete(_ request: CompletionRequest) async throws -> AsyncThrowingStream<CompletionEvent, any Error>

  /// How busy it is.
  func status() async -> ServiceStatus

  /// Takes nothing new and returns when everything that runs has ended.
  func drain() async
}

extension CompletionService {
  package var longestPrompt: Int { contextLength }
  package var deviceSeconds: Double { get async { 0 } }
}
