import ArgumentParser
import Foundation
import JSON
import OpenVINO
import Supervisor

/// `oven cache`: what was compiled, why something compiles again, and how to be rid of it.
struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache",
    abstract: "Look into the cache of compiled models.",
    subcommands: [List.self, Explain.self, Clear.self], defaultSubcommand: List.self)

  /// Where the cache is, without a device.
  struct Place: ParsableArguments {
    @Option(
      help: "Where compiled models are kept. (default: CACHE_DIR, else ./model_cache)", completion: .directory
    )
    var cacheDir: String?
    @Flag(help: "Print JSON to stdout.") var json = false

    /// The cache; nil where its folder does not exist, which only looking must not change.
    func open() throws -> (cache: CompiledModelCache?, folder: String) {
      let folder = RuntimeOptions.cacheFolder(cacheDir)
      guard FileManager.default.fileExists(atPath: folder) else { return (nil, folder) }
      let cache = try CompiledModelCache(folder: folder)
      return (cache, cache.folder)
    }
  }

  /// `oven cache list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List compiled models (the default).")
    @OptionGroup var place: Place

    func run() throws {
      let (cache, folder) = try place.open()
      let entries = cache?.entries() ?? []
      let budget = cache?.budget ?? CompiledModelCache.defaultBudget
      if place.json {
        Terminal.output.line(CacheReport.json(entries, folder: folder, budget: budget).serialized(.pretty))
      } else {
        let now = Int(Date().timeIntervalSince1970)
        CacheReport.lines(entries, folder: folder, budget: budget, now: now)
          .forEach { Terminal.output.line($0) }
      }
    }
  }

  /// `oven cache clear`.
  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove compiled models, but not those that a process is compiling.")
    @OptionGroup var place: Place

    func run() throws {
      let (cache, folder) = try place.open()
      let cleared = cache?.clear() ?? CompiledModelCache.Cleared(entries: 0, bytes: 0, busy: 0)
      if place.json {
        let json: JSON = [
          "folder": .string(folder), "removed": .int(cleared.entries), "bytes": .int(cleared.bytes),
          "busy": .int(cleared.busy),
        ]
        return Terminal.output.line(json.serialized(.pretty))
      }
      let busy = cleared.busy > 0 ? "; \(cleared.busy) left, a process works on them" : ""
      Terminal.output.line("Removed \(cleared.entries), \(Units.bytes(cleared.bytes)), from \(folder)\(busy)")
    }
  }

  /// `oven cache explain`.
  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say whether a model would be loaded from the cache, and if not, what has changed.",
      discussion: "Give the same device, lengths and properties as for the run that compiles every time.")
    @Argument(help: "The baked folder, or its openvino_model.xml.", completion: .directory) var model: String
    @OptionGroup(title: "Device") var runtime: RuntimeOptions
    @Flag(help: "Print JSON to stdout.") var json = false

    func run() throws {
      let folder = try ModelFolder(path: model)
      let core = try Core()
      let request = runtime.request(for: folder)
      let choice = try DeviceChoice(request: request.device, properties: request.properties, catalog: core)
      // A folder that cannot be written throws here: its owner and the mend are the answer.
      let cache = try CompiledModelCache(folder: runtime.cacheFolder, budget: Int(runtime.cacheBudget * 1e9))
      let loader = ModelLoader(core: core, cache: cache)
      var reports: [JSON] = []
      for device in choice.candidates {
        for key in try loader.keys(request, on: device) {
          let explanation = cache.explain(key)
          reports.append(CacheReport.json(explanation, device: device))
          if !json { Terminal.output.line("\(device): \(explanation)") }
        }
      }
      if json {
        let report: JSON = ["folder": .string(cache.folder), "devices": .array(reports)]
        Terminal.output.line(report.serialized(.pretty))
      }
    }
  }
}
