import Foundation
import Supervisor
import Testing

@Suite struct ModelFolderTests {
  @Test func aFolderAndItsXMLAreTheSame() throws {
    let folder = try ModelFolder(path: Toy.fixtures + "/toy")
    #expect(try ModelFolder(path: Toy.fixtures + "/toy/") == folder)
    #expect(try ModelFolder(path: Toy.fixtures + "/toy/openvino_model.xml") == folder)
    #expect(folder.contextLength == 256)
    #expect(folder.vocabularySize == 96)
    #expect(folder.family == "toy")
    #expect(folder.manifest == nil)
  }

  @Test func whatIsNoModelIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "notes.txt")
    for path in ["/nowhere", folder.path, folder.path + "/notes.txt"] {
      let error = #expect(throws: SupervisorError.self) { try ModelFolder(path: path) }
      #expect(error?.code == .noModel)
      #expect(error?.message.contains(path) == true)
      #expect(error?.mend.isEmpty == false)
    }
    try folder.write("<net/>", to: "openvino_model.xml")
    let error = #expect(throws: SupervisorError.self) { try ModelFolder(path: folder.path) }
    #expect(error?.message.contains("openvino_model.bin is missing") == true)
  }

  @Test func identityFollowsTheContentAndNotTheDateOfABakedFolder() throws {
    let folder = try TemporaryFolder()
    func identity() throws -> String { try ModelFolder(path: folder.path).identity().sum }
    func touch() throws {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: .random(in: 0...1e9))],
        ofItemAtPath: folder.path + "/openvino_model.bin")
    }
    try folder.write("<net/>", to: "openvino_model.xml")
    try folder.write(String(repeating: "w", count: 100_000), to: "openvino_model.bin")
    try touch()
    let first = try identity()
    #expect(try identity() == first)
    // Without a manifest a new date is a new model.
    try touch()
    #expect(try identity() != first)
    // By python-xxhash: `xxhash.xxh3_128_hexdigest(b"w" * 100_000)`.
    let files = #"[{"name": "openvino_model.bin", "xxh3-128": "fe0e4b18bfa0c02c9cb32fd84e97e2bc"}]"#
    try folder.write(#"{"files": \#(files)}"#, to: "oven.json")
    let baked = try identity()
    try touch()
    #expect(try identity() == baked)
    try folder.write(String(repeating: "w", count: 100_000), to: "openvino_model.bin")
    #expect(try identity() == baked)
    // A change between the samples.
    let changed = String(repeating: "w", count: 5_000) + "v" + String(repeating: "w", count: 94_999)
    try folder.write(changed, to: "openvino_model.bin")
    #expect(try identity() != baked)
    try folder.write(String(repeating: "w", count: 99_999) + "v", to: "openvino_model.bin")
    #expect(try identity() != baked)
    try folder.write(String(repeating: "w", count: 100_000), to: "openvino_model.bin")
    #expect(try identity() == baked)
    try folder.write("{\"a\": 1}", to: "oven.json")
    #expect(try identity() != baked)
  }
}
