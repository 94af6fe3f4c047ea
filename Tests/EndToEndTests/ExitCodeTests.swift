import Foundation
import OpenVINO
import Testing

/// The table of exit codes (sysexits.h), tried with the program.
@Suite(.enabled(if: OvenProgram.url != nil, "the program was not built"))
struct ExitCodeTests {
  private static let hasNPU = (try? Core().devices().contains("NPU")) ?? false

  /// A folder with what the cases name.
  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    try files.copyItem(
      at: TinyBake.fixtures.appending(path: "llama"), to: folder.url.appending(path: "llama"))
    _ = try TinyBake.bake("llama", prompt: nil, in: folder)
    try Data("no weights".utf8).write(to: folder.url.appending(path: "bad.safetensors"))
    try Data("a file".utf8).write(to: folder.url.appending(path: "file"))
    try files.createDirectory(at: folder.url.appending(path: "full"), withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: folder.url.appending(path: "full/note"))
    return folder
  }

  @Test(
    arguments: [
      (["--version"], 0, ""), (["bake", "--help"], 0, ""), (["families"], 0, ""),
      (["cache", "list", "--cache-dir", "nowhere"], 0, ""),
      // Usage.
      (["nonsense"], 64, "there is no verb nonsense"), (["runn", "x"], 64, "did you mean oven run?"),
      (["bake"], 64, "oven bake needs --output-dir"), (["help", "bak"], 64, "did you mean oven bake?"),
      (["list", "x"], 64, "does not know what to do with x"), (["-v"], 64, "oven has no option -v"),
      (["run", "llama-0-64-fp32", "x", "--seed", "-1"], 64, "--seed cannot be -1"),
      (["run", "llama-0-64-fp32", "- 2 + 3"], 64, "put -- before it"),
      (["run", "llama-0-64-fp32", "x", "--chat-style", "lama3"], 64, "did you mean llama3?"),
      (["bake", "llama", "-o", "x", "--bogus"], 64, "bogus"),
      (["supervisor", "--model_xml", "llama-0-64-fp32", "--engine", "odd"], 64, "odd"),
      (["supervisor", "--modelxml", "x"], 64, "did you mean --model-xml?"),
      (["chat", "llama-0-64-fp32", "--temperature", "-1"], 64, "0 (greedy) or more"),
      (["run", "llama-0-64-fp32", "x", "--top_p", "2"], 64, "from 0 to 1"),
      (["bake", "llama", "-o", "x", "--num-samples", "-3"], 64, "--num-samples is from 1 to 4096"),
      (["bake", "llama", "-o", "x", "--calibrate", "none", "--gptq"], 64, "leave --calibrate none out"),
      // Data.
      (["bake", "bad.safetensors", "-o", "x"], 65, "bad.safetensors"),
      // Input.
      (["bake", "./nowhere", "-o", "x"], 66, "nowhere"),
      (["bake", "llama", "-o", "x", "--no-tokenizer", "--calibrate", "nowhere.txt"], 66, "nowhere.txt"),
      (["bake", "llama", "-o", "x", "--no-tokenizer", "--dataset", "full"], 66, "is no file"),
      (["sweep", "nowhere", "-o", "x"], 66, "nowhere"),
      (["supervisor", "--model_xml", "nowhere", "-p", "x"], 66, "nowhere"),
      (["chat", "llama"], 66, "oven run llama"), (["chat", "org/name"], 66, "oven run org/name"),
      (["chat", "llama-0-64-fp3"], 66, "did you mean llama-0-64-fp32?"),
      (["rm", "llama"], 66, "outside of the store"),
      (["run", "org/name", "x"], 66, "HF_HUB_OFFLINE"), (["run", "full", "x"], 66, "full is no model"),
      (["cache", "explain", "nowhere"], 66, "nowhere"), (["bench", "nowhere"], 66, "nowhere"),
      // What cannot be created.
      (["bake", "llama", "-o", "full", "--no-tokenizer"], 73, "full"),
      (["sweep", "llama", "-o", "x", "--svg", "nowhere/x.svg"], 73, "there is no folder nowhere"),
      (["cache", "list", "--cache-dir", "file"], 73, "file"),
      (["cache", "clear", "--cache-dir", "file"], 73, "file"),
    ] as [([String], Int32, String)])
  func codes(arguments: [String], status: Int32, said: String) throws {
    let folder = try folder()
    let ending = try OvenProgram(arguments, in: folder.url, environment: ["HF_HUB_OFFLINE": "1"]).finish()
    #expect(ending.status == status, "\(arguments): \(ending.errors)")
    if status == 0 {
      #expect(!ending.output.isEmpty)
    } else {
      #expect(ending.output.isEmpty && ending.errors.contains(said))
    }
  }

  @Test(.enabled(if: !hasNPU, "this machine has an NPU")) func aDeviceThatIsNotThere() throws {
    let folder = try folder()
    let ending = try OvenProgram(["cache", "explain", "llama-0-64-fp32", "--device", "NPU"], in: folder.url)
      .finish()
    #expect(ending.status == 69 && ending.errors.contains("NPU cannot be used"), "\(ending.errors)")
    #expect(ending.errors.contains("oven doctor"))
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
  func anOutputThatIsFull() throws {
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    for arguments in [["families"], ["cache", "list"], ["families", "--json"]] {
      let ending = try OvenProgram(arguments, stdout: full).finish()
      #expect(ending.status == 74, "\(arguments)")
      #expect(
        ending.errors.contains("the output cannot be written") && ending.errors.contains("no space left"))
    }
  }
}
