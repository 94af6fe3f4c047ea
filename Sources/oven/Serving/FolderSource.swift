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
  private let service: ServiceOptions
  private let queueLimit: Int

  /// - Parameter argument: a folder or a name of the store, or `NAME=` before either; otherwise the store's name or the
  ///   folder's own is the model's.
  /// - Throws: what is wrong with the folder.
  init(
    _ argument: String, runtime: RuntimeOptions, service: ServiceOptions, style: ChatStyle?, queueLimit: Int
  ) throws {
    var path = argument
    var given: String?
    if FileStatus(at: argument) == nil, let sign = argument.firstIndex(of: "=") {
      given = String(argument[..<sign])
      path = String(argument[argument.index(after: sign)...])
    }
    folder = try ModelFolder(named: path)
    if given == nil, FileStatus(at: path) == nil { given = ModelStore()?.find(path) }
    let last = folder.folder.split(separator: "/").last.map(String.init) ?? "model"
    name = given ?? (last == "." || last == ".." ? "model" : last)
    self.runtime = runtime
    self.service = service
    self.style = style
    self.queueLimit = queueLimit
  }

  /// As the server takes it.
  var source: ModelSource {
    ModelSource(
      name: name, facts: facts,
      loadOn: {
        do { return try await load(on: $0) } catch { throw error.withOptions }
      })
  }

  private func load(on device: String?) async throws -> ServedModel {
    var runtime = runtime
    if let device { runtime.device = device }
    let format = try TokenizerChoice.format(nil, for: folder, style: style)
    let defaults = try AnswerDefaults(folder: folder.folder, format: format).options
    let loader = ServiceLoader(
      folder: folder, tokenizer: format.tokenizer, runtime: runtime, service: service,
      keepsSpecialTokens: format.hasSpecialMarks, queueLimit: queueLimit)
    return ServedModel(
      name: name, service: try await loader.load(), prompts: format, defaults: defaults,
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
