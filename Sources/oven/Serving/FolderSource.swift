import Baking
import ChatTemplates
import Files
import Foundation
import Generation
import JSON
import Serving
import Supervisor

/// A baked folder as a model of the server.
struct FolderSource {
  /// The name that clients call it by.
  let name: String
  private let folder: ModelFolder
  private let runtime: RuntimeOptions
  private let style: ChatStyle?
  private let queueLimit: Int

  /// - Parameter argument: a folder, or `NAME=FOLDER`; otherwise the folder's own name is the model's.
  /// - Throws: what is wrong with the folder.
  init(_ argument: String, runtime: RuntimeOptions, style: ChatStyle?, queueLimit: Int) throws {
    var path = argument
    var given: String?
    if FileStatus(at: argument) == nil, let sign = argument.firstIndex(of: "=") {
      given = String(argument[..<sign])
      path = String(argument[argument.index(after: sign)...])
    }
    folder = try ModelFolder(path: path)
    let last = folder.folder.split(separator: "/").last.map(String.init) ?? "model"
    name = given ?? (last == "." || last == ".." ? "model" : last)
    self.runtime = runtime
    self.style = style
    self.queueLimit = queueLimit
  }

  /// As the server takes it.
  var source: ModelSource {
    ModelSource(name: name, facts: facts) { try await load() }
  }

  /// Loads on a thread of its own: compiling may take minutes, in which the server answers other things.
  private func load() async throws -> ServedModel {
    try await withCheckedThrowingContinuation { continuation in
      Thread { continuation.resume(with: Result { try loadHere() }) }.start()
    }
  }

  private func loadHere() throws -> ServedModel {
    let format = try TokenizerChoice.format(nil, for: folder, style: style)
    let loaded = try EngineLoading(folder: folder, format: format, runtime: runtime).engine()
    func json(_ file: String) -> JSON? {
      SmallFile.bytes(at: folder.folder + "/" + file, limit: 1 << 24).flatMap { try? JSON(parsing: $0) }
    }
    let defaults = try GenerationOptions(
      generationConfig: json("generation_config.json"), modelConfig: json("config.json"))
    return ServedModel(
      name: name,
      service: OneAtATimeService(
        loaded, tokenizer: format.tokenizer, keepsMarks: format.hasSpecialMarks, queueLimit: queueLimit),
      prompts: format, defaults: defaults,
      syntax: TemplateSyntax(template: format.templateText))
  }

  /// What the folder says of itself.
  private var facts: ModelFacts {
    var facts = ModelFacts()
    facts.family = folder.family ?? ""
    facts.contextLength = folder.contextLength
    for path in [folder.xml, folder.weights] {
      guard let status = FileStatus(at: path) else { continue }
      facts.size += status.size
      facts.created = max(facts.created, status.modifiedNanoseconds / 1_000_000_000)
    }
    facts.digest = "\(facts.size)-\(facts.created)"
    if let templates = try? TemplateSource.inFolder(folder.folder) {
      facts.template = (try? templates.text(hasTools: true)) ?? ""
    }
    if let bytes = folder.manifest.flatMap({ SmallFile.bytes(at: $0, limit: 1 << 26) }),
      let manifest = try? JSON(parsing: bytes)
    {
      facts.quantization = manifest["recipe"]?["weight_format"]?.string?.uppercased() ?? ""
    }
    return facts
  }
}

/// Loads an engine as the options of the command line say, and shows it on stderr.
private struct EngineLoading {
  let folder: ModelFolder
  let format: PromptFormat
  let runtime: RuntimeOptions

  func engine() throws -> sending any ModelEngine {
    let screen = LoadScreen()
    defer { screen.end() }
    let loader = try runtime.makeLoader { screen.show($0) }
    let request = runtime.request(for: folder)
    let engine: any ModelEngine
    if runtime.noCanary {
      engine = try loader.makeEngine(request)
    } else {
      let canary = Canary(prompt: format.tokenizer.encode("The capital of France is", addSpecialTokens: true))
      engine = try loader.makeEngine(request, checkedBy: canary).engine
    }
    try engine.warmUp()
    return engine
  }
}
