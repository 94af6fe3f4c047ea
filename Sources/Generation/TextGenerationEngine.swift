import Errors

/// What computes logits: a model on a device, with the tokens that its cache holds.
///
/// An engine belongs to one thread or task. Nothing here knows terminals or processes, so an engine may as well stand
/// for a child process.
package protocol TextGenerationEngine: AnyObject {
  /// The name of the device that computes, as its plugin gives it.
  var deviceName: String { get }
  /// The tokens that fit into the context.
  var contextLength: Int { get }
  /// The tokens in the cache, in their order.
  var tokens: [Int] { get }
  /// Seconds spent inside the device since the engine was made.
  var deviceSeconds: Double { get }

  /// How the context could be made longer, as half a sentence for errors; empty where the model itself ends there.
  var contextAdvice: Wording { get }

  /// Forgets everything after the first `length` tokens.
  ///
  /// - Returns: How many are left: `length`, or fewer on a device that cannot keep so many; 0 always works.
  func truncate(to length: Int) throws -> Int

  /// Appends tokens to the cache and computes the logits that follow the last one.
  ///
  /// - Parameters:
  ///   - tokens: At least one; with those in the cache not more than `contextLength`.
  ///   - shouldContinue: Asked between the parts of a long computation. When it says no, the call throws, and the
  ///     cache holds the parts so far.
  func append(_ tokens: ArraySlice<Int>, shouldContinue: () -> Bool) throws

  /// Lends the logits of the last token that was appended: one for every token of the vocabulary. They may be changed.
  func withLogits<Result>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Result) throws -> Result
}

extension TextGenerationEngine {
  /// How many tokens are in the cache.
  package var count: Int { tokens.count }

  /// How many tokens of the cache a text begins with, but for the text's last one, whose logits are needed.
  package func shared(with text: [Int]) -> Int {
    let tokens = tokens
    var common = 0
    while common < min(tokens.count, text.count - 1), tokens[common] == text[common] { common += 1 }
    return common
  }

  package var contextAdvice: Wording { "" }
}
