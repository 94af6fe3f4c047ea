import Baking
import Foundation
import Testing

/// Names of ours that somebody else made first.
@Suite struct PlantedLinkTests {
  @Test(arguments: [false, true]) func aLinkInThePlaceOfTheStagingFolderIsRefused(resumes: Bool) throws {
    let folder = try TemporaryFolder()
    let victim = folder["victim"]
    try FileManager.default.createDirectory(at: victim, withIntermediateDirectories: true)
    try Data("precious".utf8).write(to: victim.appending(path: "file"))
    let link = folder[".baked.baking"]
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: victim)
    var options = tinyBake(Fixture.url("llama"), folder["baked"])
    options.resumes = resumes
    let error = failure(of: options) as? BakeError
    #expect(error?.code == .cannotCreate)
    #expect(error?.message.contains(".baked.baking") == true && error?.why.contains("symbolic link") == true)
    #expect(folder.names == [".baked.baking", "victim"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: victim.path) == ["file"])
  }

  /// A link within a leftover: the files that a bake writes are its own.
  @Test func aLinkAmongTheLeftoversIsNotWrittenThrough() throws {
    let folder = try TemporaryFolder()
    try Data("precious".utf8).write(to: folder["victim"])
    let staging = folder[".baked.baking"]
    try FileManager.default.createDirectory(at: staging, withIntermediateDirectories: true)
    for name in ["openvino_model.bin", "openvino_model.xml", "config.json", "oven.json"] {
      try FileManager.default.createSymbolicLink(
        at: staging.appending(path: name), withDestinationURL: folder["victim"])
    }
    // Without --resume the leftovers go; with it, the links are in the way.
    var options = tinyBake(Fixture.url("llama"), folder["baked"])
    options.resumes = true
    let error = failure(of: options) as? BakeError
    #expect(error?.code == .cannotCreate)
    #expect(try String(contentsOf: folder["victim"], encoding: .utf8) == "precious")
    options.resumes = false
    _ = try Bake(options).run()
    #expect(try String(contentsOf: folder["victim"], encoding: .utf8) == "precious")
    #expect(folder.names == ["baked", "victim"])
  }

  @Test(.enabled(if: NSUserName() == "root", "only root gives files away"))
  func aFolderOfAnotherUserIsRefused() throws {
    let folder = try TemporaryFolder()
    let staging = folder[".baked.baking"]
    try FileManager.default.createDirectory(at: staging, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.ownerAccountID: 65_534], ofItemAtPath: staging.path)
    let error = failure(of: tinyBake(Fixture.url("llama"), folder["baked"])) as? BakeError
    #expect(error?.code == .cannotCreate && error?.why.contains("belongs to nobody") == true)
  }
}
