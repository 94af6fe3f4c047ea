import Foundation
import Testing
import oven

@Suite("Store of models")
final class ModelStoreTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "oven-\(UUID().uuidString)")
  private var store: ModelStore { ModelStore(folder: folder.path) }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func make(_ path: String, _ files: String...) throws {
    let place = folder.appending(path: path)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for file in files { try Data("12345".utf8).write(to: place.appending(path: file)) }
  }

  @Test func namesAreFoldersOneOrTwoDeep() throws {
    #expect(store.names.isEmpty)
    try make("smol", "openvino_model.xml", "openvino_model.bin")
    try make("org/name", "openvino_model.xml")
    try make("org/name:Q4_K_M", "openvino_model.xml")
    try make("org/unfinished", "config.json")
    try make("org/.name.baking", "openvino_model.xml")
    #expect(store.names == ["org/name", "org/name:Q4_K_M", "smol"])
    #expect(store.size(of: "smol") == 10)
  }

  @Test func theLastPartIsEnoughWhereItIsOnlyOnes() throws {
    try make("org/name", "openvino_model.xml")
    #expect(store.find("org/name") == "org/name" && store.find("name") == "org/name")
    #expect(store.find("NAME") == "org/name")
    try make("other/name", "openvino_model.xml")
    #expect(store.find("name") == nil && store.find("other/name") == "other/name")
    #expect(store.find("../" + folder.lastPathComponent + "/org/name") == nil && store.find("") == nil)
  }

  @Test func whatIsRememberedGoesWithTheModel() throws {
    try make("org/name", "openvino_model.xml")
    var note = ModelNote()
    note.source = "org/name"
    note.use(on: "NPU", at: 100)
    note.use(on: "CPU", at: 200)
    store.remember(note, of: "org/name")
    #expect(store.note(of: "org/name") == note)
    #expect(note.devices == ["CPU", "NPU"] && note.lastUsed == 200)
    let lines = StoreReport.lines([StoredModel("org/name", in: store)], folder: store.folder, now: 7400)
    #expect(lines[1].contains("CPU, NPU") && lines[1].contains("2 h ago"))
    try store.remove("org/name")
    #expect(store.names.isEmpty && store.note(of: "org/name") == ModelNote())
    #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "org").path))
  }

  /// A model that was published as OpenVINO's is a link into the hub's cache.
  @Test func removingALinkLeavesWhatItLeadsTo() throws {
    try make("elsewhere", "openvino_model.xml")
    let place = folder.appending(path: "elsewhere").path
    let other = ModelStore(folder: folder.appending(path: "store").path)
    try FileManager.default.createDirectory(atPath: other.folder + "/o", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: other.place("o/m"), withDestinationPath: place)
    #expect(other.names == ["o/m"] && other.name(ofFolder: place) == "o/m")
    try other.remove("o/m")
    #expect(other.names.isEmpty && FileManager.default.fileExists(atPath: place + "/openvino_model.xml"))
  }

  @Test func whereItIs() {
    func place(_ variables: [String: String]) -> String? { ModelStore(UserFolders(variables))?.folder }
    #expect(place(["HOME": "/home/u"]) == "/home/u/.local/share/oven/models")
    #expect(place(["HOME": "/home/u", "XDG_DATA_HOME": "/d"]) == "/d/oven/models")
    // The specification wants relative paths to be ignored.
    #expect(place(["HOME": "/home/u", "XDG_DATA_HOME": "d"]) == "/home/u/.local/share/oven/models")
    #expect(place(["HOME": "/home/u", "OVEN_MODELS": "~/m"]) == "/home/u/m")
    #expect(place([:]) == nil)
  }

  @Test func whereCompiledModelsAre() {
    let folders = UserFolders(["HOME": "/home/u"])
    func place(_ option: String?, _ there: [String] = [], _ variables: [String: String] = ["HOME": "/home/u"])
      -> String
    { CachePlace(option: option, folders: UserFolders(variables), exists: there.contains).folder }
    #expect(place(nil) == "/home/u/.cache/oven/model_cache")
    #expect(place(nil, ["./models"]) == "./model_cache" && place(nil, ["./model_cache"]) == "./model_cache")
    #expect(place("", ["./models"]) == "./model_cache" && place("~/x") == "/home/u/x")
    #expect(place("a", [], ["HOME": "/h", "CACHE_DIR": "/c"]) == "a")
    #expect(place(nil, ["./models"], ["HOME": "/h", "CACHE_DIR": "/c"]) == "/c")
    #expect(place(nil, [], ["HOME": "/h", "CACHE_DIR": ""]) == "/h/.cache/oven/model_cache")
    #expect(place(nil, [], [:]) == "./model_cache")
    #expect(
      CachePlace(option: "x", folders: folders).isNamed && !CachePlace(option: "", folders: folders).isNamed)
  }

  @Test func whatANameMeans() throws {
    try make("store/org/name", "openvino_model.xml")
    try make("baked", "openvino_model.xml")
    try make("checkpoint", "config.json", "model.safetensors")
    try make("gguf", "m-00001-of-00002.gguf", "m-00002-of-00002.gguf")
    let store = ModelStore(folder: folder.appending(path: "store").path)
    func name(_ text: String) throws -> ModelName { try ModelName(text, store: store) }
    func path(_ name: String) -> String { folder.appending(path: name).path }
    #expect(try name(path("baked")) == .baked(path("baked")))
    #expect(try name("name") == .baked(store.place("org/name"), stored: "org/name"))
    #expect(try name(path("checkpoint")) == .checkpoint(path("checkpoint")))
    #expect(try name(path("gguf")) == .checkpoint(path("gguf") + "/m-00001-of-00002.gguf"))
    #expect(try name("other/model") == .hub("other/model", file: nil))
    #expect(try name("other/model-GGUF:Q4_K_M") == .hub("other/model-GGUF", file: "Q4_K_M"))
    #expect(try name("https://huggingface.co/a/b/tree/main") == .hub("a/b", file: nil))
    #expect(try name("hf.co/a/b:Q8_0") == .hub("a/b", file: "Q8_0"))
    for text in ["nam", "./org/name", "org/name/more", "a/b.gguf", "a/b:", "", "/a/b", path("bake")] {
      #expect(throws: (any Error).self, "\(text)") { try name(text) }
    }
  }

  @Test func whatFoldersAre() throws {
    func kind(_ files: String...) throws -> PathKind {
      let name = UUID().uuidString
      try make(name)
      for file in files { try Data().write(to: folder.appending(path: "\(name)/\(file)")) }
      return PathKind(folder.appending(path: name).path)
    }
    #expect(
      try kind("openvino_language_model.xml", "openvino_vision_embeddings_model.xml", "config.json")
        == .multimodal(part: "openvino_language_model.xml"))
    #expect(try kind("openvino_encoder_model.xml", "openvino_decoder_model.xml") == .encoderDecoder)
    #expect(try kind("adapter_config.json", "adapter_model.safetensors") == .adapter)
    #expect(try kind("notes.txt") == .other(names: ["notes.txt"]))
    #expect(try kind("a.gguf", "b.gguf") == .other(names: ["a.gguf", "b.gguf"]))
    #expect(PathKind(folder.appending(path: "nothing").path) == .nothing)
  }
}
