import Baking
import Foundation
import Quantization
import Testing

/// Whatever is wrong with the input, there is an error with words, and nothing is left behind.
@Suite struct RefusalTests {
  private func expectRefusal(
    _ options: BakeOptions, in folder: TemporaryFolder, leaving names: [String], saying words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = failure(of: options)
    #expect(error != nil, sourceLocation: sourceLocation)
    let text = error.map { "\($0)" } ?? ""
    for word in words { #expect(text.contains(word), "\(text)", sourceLocation: sourceLocation) }
    #expect(folder.names == names, sourceLocation: sourceLocation)
  }

  @Test func refusesWhatIsNotThere() throws {
    let folder = try TemporaryFolder()
    expectRefusal(
      tinyBake(folder["nothing"], folder["baked"]), in: folder, leaving: [], saying: "nothing",
      "no file or folder")
  }

  @Test func refusesAFolderWithoutAModel() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(at: folder["empty"], withIntermediateDirectories: true)
    expectRefusal(
      tinyBake(folder["empty"], folder["baked"]), in: folder, leaving: ["empty"], saying: "no model")
  }

  /// Whoever names the wrong folder together with --force keeps it.
  @Test func replacesNothingButModels() throws {
    let folder = try TemporaryFolder()
    let source = try Fixture.copy("llama", to: folder)
    let other = folder["other"]
    try FileManager.default.createDirectory(at: other, withIntermediateDirectories: true)
    try Data("precious".utf8).write(to: other.appending(path: "letter.txt"))
    for (destination, word) in [
      (source, "the source"), (folder.url, "the source"), (other, "no baked folder"),
      (URL(filePath: NSHomeDirectory()), "home folder"),
      (URL(filePath: FileManager.default.currentDirectoryPath), "the folder you are in"),
      (URL(filePath: "/"), "is or contains"),
    ] {
      var options = tinyBake(source, destination)
      options.replacesDestination = true
      expectRefusal(options, in: folder, leaving: ["other", "source"], saying: word)
    }
    #expect(FileManager.default.fileExists(atPath: other.appending(path: "letter.txt").path))
    #expect(FileManager.default.fileExists(atPath: source.appending(path: "model.safetensors").path))
  }

  @Test func takesAnEmptyFolder() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(at: folder["baked"], withIntermediateDirectories: true)
    _ = try Bake(tinyBake(Fixture.url("llama"), folder["baked"])).run()
    #expect(FileManager.default.fileExists(atPath: folder["baked"].appending(path: "oven.json").path))
    #expect(folder.names == ["baked"])
  }

  @Test(arguments: ["tokenizer.json", "tokenizer_config.json", "generation_config.json"])
  func refusesDamagedFilesBesideTheWeights(name: String) throws {
    let folder = try TemporaryFolder()
    let source = try Fixture.copy("llama", to: folder)
    let tokenizer = """
      {"version": "1.0", "added_tokens": [], "model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}}
      """
    try Data(tokenizer.utf8).write(to: source.appending(path: "tokenizer.json"))
    try Data("{\"model\": {".utf8).write(to: source.appending(path: name))
    var options = tinyBake(source, folder["baked"])
    options.needsTokenizer = true
    expectRefusal(options, in: folder, leaving: ["source"], saying: name)
  }

  @Test func refusesTruncatedWeights() throws {
    let folder = try TemporaryFolder()
    let source = try Fixture.copy("llama", to: folder)
    let file = source.appending(path: "model.safetensors")
    let bytes = try Data(contentsOf: file)
    for length in [0, 4, 8, 100, bytes.count / 2, bytes.count - 1] {
      try bytes.prefix(length).write(to: file)
      expectRefusal(
        tinyBake(source, folder["baked"]), in: folder, leaving: ["source"], saying: "model.safetensors")
    }
  }

  @Test func namesAnUnknownArchitecture() throws {
    let folder = try TemporaryFolder()
    let source = try Fixture.copy("llama", to: folder)
    try edit(source, "\"model_type\": \"llama\"", "\"model_type\": \"quantum_llama\"")
    expectRefusal(
      tinyBake(source, folder["baked"]), in: folder, leaving: ["source"], saying: "quantum_llama", "llama, ")
  }

  @Test func refusesMissingAndMisshapenTensors() throws {
    let folder = try TemporaryFolder()
    let source = try Fixture.copy("llama", to: folder)
    try edit(source, "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3")
    expectRefusal(
      tinyBake(source, folder["baked"]), in: folder, leaving: ["source"], saying: "model.layers.2",
      "no tensor"
    )
    try edit(source, "\"num_hidden_layers\": 3", "\"num_hidden_layers\": 1")
    expectRefusal(
      tinyBake(source, folder["baked"]), in: folder, leaving: ["source"], saying: "does not use",
      "model.layers.1")
    try edit(source, "\"num_hidden_layers\": 1", "\"num_hidden_layers\": 2")
    try edit(source, "\"intermediate_size\": 128", "\"intermediate_size\": 129")
    expectRefusal(
      tinyBake(source, folder["baked"]), in: folder, leaving: ["source"], saying: "[128, 64]", "[129, 64]")
  }

  @Test func refusesFixedLengthsThatNothingFitsInto() throws {
    let folder = try TemporaryFolder()
    var options = tinyBake(Fixture.url("llama"), folder["baked"])
    options.staticShapes = .init(promptLength: 32, contextLength: 16)
    expectRefusal(
      options, in: folder, leaving: [], saying: "StaticShapes.promptLength 32",
      "StaticShapes.contextLength 16")
    options.staticShapes = .init(promptLength: 32, contextLength: 257)
    expectRefusal(options, in: folder, leaving: [], saying: "StaticShapes.contextLength 257", "256 positions")
    for steps in [[1], [64], [32, 32]] {
      options.staticShapes = .init(promptLength: 16, contextLength: 64, contextSteps: steps)
      expectRefusal(options, in: folder, leaving: [], saying: "StaticShapes.contextSteps \(steps[0])")
    }
  }

  @Test func refusesASourceWithoutATokenizer() throws {
    let folder = try TemporaryFolder()
    var options = tinyBake(Fixture.url("llama"), folder["baked"])
    options.needsTokenizer = true
    expectRefusal(options, in: folder, leaving: [], saying: "tokenizer.json", "BakeOptions.needsTokenizer")
  }

  @Test func namesTheTensorThatIsNotANumber() throws {
    let folder = try TemporaryFolder()
    let source = try Fixture.copy("mistral-window", to: folder)
    let file = source.appending(path: "model.safetensors")
    var bytes = try Data(contentsOf: file)
    // The last tensor of a file of float32 numbers: its last element becomes NaN.
    bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xC0, 0x7F])
    try bytes.write(to: file)
    for format in [QuantizationRecipe.WeightType.fp32, .fp16, .int8, .int4] {
      expectRefusal(
        tinyBake(source, folder["baked"], format: format), in: folder, leaving: ["source"], saying: "NaN",
        "model.norm.weight", "BakeOptions.allowsNonFinite")
    }
    var permissive = tinyBake(source, folder["baked"], format: .int8)
    permissive.allowsNonFinite = true
    #expect(failure(of: permissive) == nil)
  }

  @Test func refusesAnUnwritableDestination() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: folder["file"])
    expectRefusal(
      tinyBake(Fixture.url("llama"), folder["file"].appending(path: "baked")), in: folder, leaving: ["file"],
      saying: "file")
  }

  private func edit(_ source: URL, _ old: String, _ new: String) throws {
    let file = source.appending(path: "config.json")
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    #expect(text.contains(old))
    try Data(text.replacing(old, with: new).utf8).write(to: file)
  }
}
