import Generation

/// A loaded model under the name that clients call it by.
package struct ServedModel: Sendable {
  /// The name.
  package var name: String
  /// What answers.
  package var service: any CompletionService
  /// How prompts are written.
  package var prompts: any PromptFormatting
  /// What the model's own configuration says about generating.
  package var defaults: GenerationOptions
  /// How its answers are to be read: reasoning and tool calls.
  package var syntax: any AnswerSyntax

  /// A model.
  package init(
    name: String, service: any CompletionService, prompts: any PromptFormatting,
    defaults: GenerationOptions = .init(), syntax: any AnswerSyntax = PlainSyntax()
  ) {
    self.name = name
    self.service = service
    self.prompts = prompts
    self.defaults = defaults
    self.syntax = syntax
  }
}

/// What is known of a model without loading it.
package struct ModelFacts: Sendable, Equatable {
  /// The family, such as "llama"; empty where nothing says so.
  package var family = ""
  /// The bytes of its files.
  package var size = 0
  /// When it was made, in seconds since 1970.
  package var created = 0
  /// What stands for its content: the manifest's sum, or a sum of names and sizes.
  package var digest = ""
  /// How its weights are stored, such as "INT4"; empty where nothing says so.
  package var quantization = ""
  /// How many weights it has, such as "135M"; empty where nothing says so.
  package var parameters = ""
  /// The tokens that its context holds, where `config.json` says so.
  package var contextLength: Int?
  /// The template's text; empty where there is none.
  package var template = ""
  /// Whether the template knows tools.
  package var hasTools: Bool { template.contains("tools") }
  /// Whether the template knows reasoning.
  package var hasThinking: Bool { template.contains("<think>") || template.contains("enable_thinking") }

  /// Nothing known.
  package init() {}
}
