import ArgumentParser
import JSON
import Supervisor

/// `oven compile`: the blob for an NPU that is somewhere else.
struct CompileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile",
    abstract: "Compile a model for an NPU that this machine does not have.",
    discussion: """
      Needs an OpenVINO that brings the NPU's compiler along: its packages for Windows do. The result goes into the \
      cache, where an NPU of that platform finds it, with the same lengths and properties and the same OpenVINO, \
      before it compiles by itself; a driver that does not take it compiles anew.

        oven compile models/neuralchat_int4 --platform 4000 --cache-dir ./model_cache
      """)

  @Argument(help: "The baked folder, or its openvino_model.xml.", completion: .model) var model: String
  @Option(
    help: "3720 (Meteor Lake, Arrow Lake), 4000 (Lunar Lake), 5010 (Panther Lake) or 5020 (Wildcat Lake).")
  var platform: NPUPlatform
  @Option(
    help:
      "Write the blob to a file instead of into the cache; with --static a file for each graph, FILE.openvino_prefill …",
    completion: .file())
  var out: String?
  @OptionGroup(title: "Device") var runtime: RuntimeOptions
  @Flag(
    help:
      "Compile nothing: print as JSON which graphs would be, and what the compiler would be given, way by way."
  )
  var dryRun = false
  @Flag(help: "Print JSON to stdout.") var json = false

  func validate() throws {
    guard ["AUTO", "NPU"].contains(runtime.device.uppercased()) else {
      throw ValidationError("oven compile is for NPUs: leave --device out")
    }
    guard out != nil || dryRun || !runtime.noCache else {
      throw ValidationError("--no-cache needs --out FILE")
    }
  }

  func run() throws {
    let folder = try ModelFolder(named: model)
    let screen = LoadScreen()
    defer { screen.end() }
    let loader = try runtime.makeLoader { screen.show($0) }
    let ahead = AheadOfTime(loader, platform: platform)
    let request = runtime.request(for: folder)
    guard !dryRun else { return show(try ahead.tasks(request)) }
    let results = try ahead.compile(request, to: out)
    screen.end()
    if json {
      let list = results.map { result -> JSON in
        [
          "graph": .string(result.graph), "path": .string(result.path),
          "platform": .string(platform.rawValue),
          "seconds": .double(result.seconds),
        ]
      }
      return Terminal.output.line(JSON.array(list).serialized(.pretty))
    }
    for result in results {
      Terminal.output.line(
        "\(result.graph) for \(platform.rawValue): \(result.path), \(Units.time(result.seconds))")
    }
  }

  private func show(_ tasks: [AheadOfTime.Task]) {
    let list = tasks.map { task -> JSON in
      let ways = task.ways.map { way -> JSON in
        let pairs = way.values.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value.description)) }
        return .object(JSONObject(uniqueKeysWithValues: pairs))
      }
      return [
        "graph": .string(task.model.graphName), "xml": .string(task.model.xml),
        "weights": .string(task.model.weights), "platform": .string(platform.rawValue), "ways": .array(ways),
      ]
    }
    Terminal.output.line(JSON.array(list).serialized(.pretty))
  }
}

extension NPUPlatform: ExpressibleByArgument {}
