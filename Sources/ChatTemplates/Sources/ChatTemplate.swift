import JSON

/// A chat template: the Jinja text that turns a conversation into a prompt, read once and rendered many times.
///
/// Rendering means exactly what transformers' `apply_chat_template` means: the same language, the same white space,
/// the same sandbox (Jinja2's immutable one), the same `tojson`.
package struct ChatTemplate: Sendable {
  /// The template's text.
  package let source: String
  private let body: [Statement]
  private let limits: TemplateLimits

  /// Reads a template.
  /// - Throws: `TemplateError` with the line of the fault.
  package init(source: String, limits: TemplateLimits = .init()) throws(TemplateError) {
    self.source = source
    self.limits = limits
    var parser = try Parser(source: source, limits: limits)
    body = try parser.parseTemplate()
  }

  /// Renders one conversation as transformers' `apply_chat_template` does: what it is not given, it passes on as
  /// `none` (`tools`, `documents`) or false (`add_generation_prompt`), which a template sees as defined.
  ///
  /// - Parameters: as those of `render`.
  /// - Throws: as `render`.
  package func apply(
    _ context: JSONObject, now: @escaping @Sendable () -> TemplateTime = TemplateTime.current
  ) throws(TemplateError) -> String {
    let defaults: JSONObject = ["tools": nil, "documents": nil, "add_generation_prompt": false]
    return try render(context.merging(defaults) { given, _ in given }, now: now)
  }

  /// Renders one conversation with nothing but the names in `context`.
  ///
  /// - Parameters:
  ///   - context: `messages`, `tools`, `add_generation_prompt`, `bos_token` and whatever else the template uses.
  ///   - now: The time that `strftime_now` tells.
  /// - Throws: `TemplateError` with the line of the fault, of code `.raised` where the template refuses the
  ///   conversation itself.
  package func render(
    _ context: JSONObject, now: @escaping @Sendable () -> TemplateTime = TemplateTime.current
  ) throws(TemplateError) -> String {
    let interpreter = Interpreter(context: context, limits: limits, clock: now)
    return try interpreter.render(body)
  }
}
