import Generation
import Grammars
import Supervisor
import Tokenization

/// Compiles what answers must look like for the vocabulary of a model's folder.
enum MatcherFactory {
  /// Wherever the model runs. The vocabulary is read when the first request asks for a form.
  static func make(_ folder: ModelFolder) -> TokenMatcherFactory {
    let compiler = Lazy { try Self.compiler(folder) }
    return { constraint throws(CompletionFailure) in
      do {
        return try compiler.value.compile(constraint)
      } catch let error as GrammarError {
        throw CompletionFailure(.badConstraint, "\(error)")
      } catch {
        throw CompletionFailure(.badConstraint, "the tokenizer cannot be read: \(error)")
      }
    }
  }

  private static func compiler(_ folder: ModelFolder) throws -> GrammarCompiler {
    let format = try PromptFormat(folder: folder.folder)
    let defaults = try AnswerDefaults(folder: folder.folder, format: format).options
    return GrammarCompiler(
      vocabulary: GrammarVocabulary(format.tokenizer),
      endTokens: Set((defaults.eosTokenIDs ?? []) + format.stopTokens))
  }
}
