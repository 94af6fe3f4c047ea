import Foundation
import OpenVINO
import Supervisor
import Testing

/// What can be seen of `oven compile` without an NPU's compiler; `make verify-npu` has one, under Wine.
@Suite struct AheadOfTimeTests {
  @Test func withoutACompilerItSaysWhereThereIsOne() throws {
    let folder = try TemporaryFolder()
    let core = try Toy.core.get()
    let loader = ModelLoader(core: core, cache: try CompiledModelCache(folder: folder.path))
    let request = try ModelLoader.Request(model: Toy.folder())
    do {
      let results = try AheadOfTime(loader, platform: .lunarLake).compile(request, to: nil)
      // An OpenVINO with the compiler: then the entry is there, under a key without a driver.
      let entry = try #require(loader.cache?.entries().first)
      #expect(results.map(\.path) == [entry.folder])
      #expect(entry.key.deviceName == "Intel(R) AI Boost (4000)" && entry.key.driver.isEmpty)
    } catch let error as SupervisorError {
      #expect(error.code == .deviceUnavailable)
      #expect(error.mend.contains("Windows"))
      #expect(loader.cache?.entries().isEmpty == true)
    }
  }

  @Test func whatTheUserSaysGoesBeforeWhatNPUWWouldChoose() throws {
    let ahead = AheadOfTime(ModelLoader(core: try Toy.core.get(), cache: nil), platform: .lunarLake)
    var request = try ModelLoader.Request(model: Toy.folder())
    request.properties = ["NPU_TILES": "2"]
    let tasks = try ahead.tasks(request)
    #expect(tasks.map(\.model.graph) == [.stateful] && tasks[0].ways.count == 2)
    for way in tasks[0].ways {
      #expect(way["NPU_PLATFORM"] == "4000" && way["NPU_COMPILER_TYPE"] == "PLUGIN")
      #expect(way["NPU_TILES"] == "2" && way["++NPUW_LLM_PREFILL_CONFIG"] == nil)
      #expect(way["NPUW_DQ"] == "YES" && way["NPUW_LLM_MAX_PROMPT_LEN"] == 1024)
    }
    #expect(tasks[0].ways.map { $0["NPUW_LLM_OPTIMIZE_V_TENSORS"] } == [nil, "NO"])
  }

  /// As NPUW has it on Lunar Lake: six tiles for a prompt, and what the compiler takes for a token's step.
  @Test(
    arguments: [(.lunarLake, "{NPU_TILES:6}"), (.meteorLake, nil), (.pantherLake, nil)]
      as [(NPUPlatform, String?)])
  func promptsAloneGetAllTiles(platform: NPUPlatform, tiles: String?) throws {
    let ahead = AheadOfTime(ModelLoader(core: try Toy.core.get(), cache: nil), platform: platform)
    let way = try #require(try ahead.tasks(ModelLoader.Request(model: Toy.folder())).first?.ways.first)
    #expect(way["++NPUW_LLM_PREFILL_CONFIG"] == tiles.map { .text($0) })
    #expect(platform != .lunarLake || way["NPU_TILES"] == nil)
  }

  /// What NPUW takes for the number of tokens, where both are the same.
  @Test(
    arguments: [
      // width, experts, prompt, hint → chunk, prompt, hint
      (1024, 8, 1024, nil, nil, 1088, "STATIC"), (1024, 8, 1000, nil, nil, 1088, "STATIC"),
      (1024, 8, 4096, nil, 512, 4096, nil), (1024, 512, 4096, nil, 256, 4096, nil),
      (2048, 8, 1024, nil, nil, 1024, nil), (2048, 8, 2048, nil, nil, 2048, nil),
      (512, 8, 512, nil, nil, 576, nil), (1024, 8, 512, nil, nil, 512, nil),
      (2048, 128, 128, nil, nil, 192, nil), (2048, 128, 100, nil, nil, 192, nil),
      (192, 128, 128, nil, nil, 256, nil), (2048, 8, 2048, "STATIC", nil, 2112, "STATIC"),
      (1024, 8, 2048, "STATIC", nil, 2048, "STATIC"),
    ] as [(Int, Int, Int, String?, Int?, Int, String?)])
  func aMixturesPromptIsComputedInPiecesOfAnotherLengthThanItsSizes(
    width: Int, count: Int, prompt: Int, hint: String?, chunk: Int?, length: Int, newHint: String?
  ) throws {
    let folder = try Self.toyFolder()
    func way(experts: Int, _ own: Properties = [:]) throws -> Properties {
      try Self.way(
        folder, .lunarLake, width, experts, NPUProperties(promptLength: prompt, prefillHint: hint), own)
    }
    let key = "NPUW_LLM_PREFILL_CHUNK_SIZE", lengthKey = "NPUW_LLM_MAX_PROMPT_LEN"
    let mixture = try way(experts: count)
    #expect(mixture[key] == chunk.map { .integer($0) })
    #expect(mixture[lengthKey] == .integer(length))
    #expect(mixture["NPUW_LLM_PREFILL_HINT"] == newHint.map { .text($0) })
    // Others are left alone, and so is what the user says.
    let dense = try way(experts: 1)
    #expect(dense[key] == nil && dense[lengthKey] == .integer(prompt))
    let own = try way(experts: count, Properties([key: "1024", lengthKey: .integer(prompt)]))
    #expect(own[key] == "1024" && own[lengthKey] == .integer(prompt))
    // Nor is what is no length taken for one.
    for text in ["9223372036854775807", "-1", "many"] {
      #expect(try way(experts: count, Properties([lengthKey: .text(text)]))[lengthKey] == .text(text))
    }
  }

  /// The compiler for Meteor Lake crashes over the second piece of a mixture's prompt (`make verify-npu`, Qwen3 30B A3B).
  @Test(
    arguments: [
      // platform, experts, prompt, own → prompt, hint
      (.meteorLake, 128, 4096, [:], 4096, "STATIC"), (.meteorLake, 128, 2048, [:], 2112, "STATIC"),
      (.meteorLake, 128, 1024, [:], 1024, nil), (.meteorLake, 1, 4096, [:], 4096, nil),
      (.lunarLake, 128, 4096, [:], 4096, nil), (.pantherLake, 128, 4096, [:], 4096, nil),
      (.meteorLake, 128, 4096, ["NPUW_LLM_PREFILL_HINT": "DYNAMIC"], 4096, "DYNAMIC"),
      (.meteorLake, 128, 4096, ["NPUW_LLM_PREFILL_CHUNK_SIZE": "512"], 4096, nil),
    ] as [(NPUPlatform, Int, Int, [String: String], Int, String?)])
  func aMixturesPromptIsWholeOnMeteorLake(
    platform: NPUPlatform, count: Int, prompt: Int, own: [String: String], length: Int, hint: String?
  ) throws {
    let properties = Properties(own.mapValues { .text($0) })
    let way = try Self.way(
      try Self.toyFolder(), platform, 2048, count, NPUProperties(promptLength: prompt), properties)
    #expect(way["NPUW_LLM_MAX_PROMPT_LEN"] == .integer(length))
    #expect(way["NPUW_LLM_PREFILL_HINT"] == hint.map { .text($0) })
  }

  /// A folder with the toy's graph, for a configuration of another model.
  private static func toyFolder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for name in ["openvino_model.xml", "openvino_model.bin"] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/" + name, withDestinationPath: Toy.fixtures + "/toy/" + name)
    }
    return folder
  }

  /// What the compiler is given first for a model of such sizes.
  private static func way(
    _ folder: TemporaryFolder, _ platform: NPUPlatform, _ width: Int, _ experts: Int,
    _ lengths: NPUProperties,
    _ own: Properties
  ) throws -> Properties {
    try folder.write(#"{"hidden_size": \#(width), "num_local_experts": \#(experts)}"#, to: "config.json")
    let ahead = AheadOfTime(ModelLoader(core: try Toy.core.get(), cache: nil), platform: platform)
    var request = try ModelLoader.Request(model: ModelFolder(path: folder.path))
    request.npu = lengths
    request.properties = own
    return try #require(try ahead.tasks(request).first?.ways.first)
  }

  @Test func fixedShapesAreCompiledWithoutNPUW() throws {
    let ahead = AheadOfTime(ModelLoader(core: try Toy.core.get(), cache: nil), platform: .meteorLake)
    var request = try ModelLoader.Request(model: Toy.folder())
    request.usesFixedShapes = true
    #expect(throws: SupervisorError.self) { try ahead.tasks(request) }
  }
}
