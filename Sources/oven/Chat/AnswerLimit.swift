import Generation
import Supervisor

/// How long an answer may get, and who says so.
package struct AnswerLimit: Equatable, Sendable {
  /// Who says so.
  package enum Origin: Equatable, Sendable { case user, model, noEnd, usual }

  /// Tokens at most.
  package let tokens: Int
  package let origin: Origin

  /// Tokens of an answer for which nothing else says how many: many pages, but not for ever.
  package static let usual = 8192

  /// Why an answer was stopped that says the same again and again.
  package static let circle =
    "stopped, for it says the same again and again (--max-new-tokens lets it go on, --repetition-penalty may help)"

  /// - Parameters:
  ///   - options: what the user asks for.
  ///   - defaults: what the model's files say.
  package init(_ options: GenerationOptions, _ defaults: AnswerDefaults) {
    if let tokens = options.maxNewTokens {
      (self.tokens, origin) = (tokens, .user)
    } else if let tokens = defaults.options.maxNewTokens {
      (self.tokens, origin) = (tokens, .model)
    } else if !defaults.hasEnd {
      (tokens, origin) = (AnswerDefaults.limitWithoutEnd, .noEnd)
    } else {
      (tokens, origin) = (Self.usual, .usual)
    }
  }

  /// What a user is told before the first answer; nil where there is nothing unusual.
  package var note: String? {
    origin == .noEnd
      ? "no file of this model names an end token: answers end after \(tokens) tokens, or --max-new-tokens"
      : nil
  }

  /// Why an answer ended too early; nil where it did not.
  ///
  /// - Parameters:
  ///   - reason: how it ended.
  ///   - generated: its tokens.
  ///   - contextLength: the tokens of a conversation at most.
  package func cut(_ reason: FinishReason, generated: Int, contextLength: Int) -> String? {
    switch reason {
    case .cancelled: return "stopped"
    case .stop, .stopString: return nil
    case .length where generated < tokens: return "cut at the end of the context, \(contextLength) tokens"
    case .length:
      let origin =
        switch origin {
        case .user: "--max-new-tokens"
        case .model: "max_new_tokens of generation_config.json"
        case .noEnd: "the model names no end token; --max-new-tokens"
        case .usual: "the usual limit; --max-new-tokens"
        }
      return "cut at \(tokens == 1 ? "1 token" : "\(tokens) tokens") (\(origin))"
    }
  }
}
