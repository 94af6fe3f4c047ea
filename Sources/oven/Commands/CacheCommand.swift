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
      help: "Where compiled models are kept. (default: as runs choose it)", completion: .directory)
    var cacheDir: String?
    @Flag(help: "Print JSON to stdout.") var json = false

    /// The cache, only to be looked at: neither must its folder exist, nor be writable.
    var cache: CompiledModelCache {
      let place = CachePlace(option: cacheDir)
      return CompiledModelCache(inspecting: place.folder, trust: place.trust)
    }
  }

  /// `oven cache list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List compiled models (the default).")
    @OptionGroup var place: Place

    func run() throws {
      let cache = place.cache
      try cache.checkReadable()
      let (entries, broken) = (cache.entries(), cache.brokenEntries())
      if place.json {
        let report = CacheReport.json(entries, broken: broken, folder: cache.folder, budget: cache.budget)
        Terminal.output.line(report.serialized(.pretty))
      } else {
        let now = Int(Date().timeIntervalSince1970)
        Terminal.output.rows(
          CacheReport.lines(entries, broken: broken, folder: cache.folder, budget: cache.budget, now: now))
      }
    }
  }

  /// `oven cache clear`.
  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove compiled models, but not those that a process is compiling.")
    @OptionGroup var place: Place

    func run() throws {
      let cache = place.cache
      try cache.checkWritable()
      let (cleared, folder) = (cache.clear(), cache.folder)
      if place.json {
        let json: JSON = [
          "folder": .string(folder), "removed": .int(cleared.entries), "bytes": .int(cleared.bytes),
          "busy": .int(cleared.busy),
        ]
        return Terminal.output.line(json.serialized(.pretty))
      }
      let busy = cleared.busy > 0 ? "; \(cleared.busy) left, a process works on them" : ""
      Terminal.output.line(
        cleared.entries + cleared.busy == 0
          ? "Nothing is compiled in \(folder)."
          : "Removed \(cleared.entries), \(Units.bytes(cleared.bytes)), from \(folder)\(busy)")
    }
  }

  /// `oven cache explain`.
  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say whether a model would be loaded from the cache, and if not, what has changed.",
      discussion: "Give the same device, lengths and properties as for the run that compiles every time.")
    @Argument(help: "The baked folder, or its openvino_model.xml.", completion: .model) var model: String
    @OptionGroup(title: "Device") var runtime: RuntimeOptions
    @Flag(help: "Print JSON to stdout.") var json = false

    func run() throws {
      let folder = try ModelFolder(named: model)
      let core = try Core()
      let request = runtime.request(for: folder)
      let choice = try DeviceChoice(request: request.device, properties: request.properties, catalog: core)
      let cache = CompiledModelCache(
        inspecting: runtime.cachePlace.folder, budget: Int(runtime.cacheBudget * 1e9),
        trust: runtime.cachePlace.trust)
      // Of a folder that no load would use, the reason and the mend are the answer.
      try cache.checkUsable()
      let loader = ModelLoader(core: core, cache: cache)
      var reports: [JSON] = []
      for (index, device) in choice.candidates.enumerated() {
        do throws(SupervisorError) {
          for key in try loader.keys(request, on: device) {
            let explanation = cache.explain(key)
            reports.append(CacheReport.json(explanation, device: device))
            if !json { Terminal.output.line("\(device): \(explanation)") }
          }
        } catch {
          // As a load does with AUTO: one that refuses is passed over, as long as another is left.
          let isLast = index + 1 == choice.candidates.count
          guard choice.isAutomatic, error.code == .loadFailed, !isLast else { throw error }
          let reason = error.report.what
          reports.append(CacheReport.json(passedOver: device, reason: reason))
          if !json { Terminal.output.line("\(device): passed over, \(reason)") }
        }
      }
      if json {
        let report: JSON = ["folder": .string(cache.folder), "devices": .array(reports)]
        Terminal.output.line(report.serialized(.pretty))
      }
    }
  }
}
