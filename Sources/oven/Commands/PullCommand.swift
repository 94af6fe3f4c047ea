import ArgumentParser
import Foundation
import Hub
import JSON

/// `oven pull`: a model from the hub comes into the cache that all tools share.
struct PullCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Download a model from the hub, only the files that a bake needs.",
    discussion: """
      The files lie in the cache of Hugging Face's own tools, so nothing that these fetched is fetched again. A
      download that was stopped goes on where it was; every file is checked. The folder is printed to stdout.

        oven pull Intel/neural-chat-7b-v3-1
        oven pull Qwen/Qwen3-0.6B-GGUF --gguf Q8_0
        oven pull meta-llama/Llama-3.2-1B --revision main        (gated: HF_TOKEN=hf_… after accepting its terms)

      HF_TOKEN, HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE and HTTPS_PROXY mean what they mean elsewhere.
      """)

  @Argument(help: "The model: owner/name, or the address of its page.")
  var model: String

  @OptionGroup var choice: HubOptions

  @Flag(name: .customLong("all"), help: "All files of the model, not only those that a bake needs.")
  var everything = false

  @Flag(help: "Print folder, commit and files as JSON to stdout.") var json = false

  func run() async throws {
    let screen = HubScreen()
    var selection = choice.selection
    selection.everything = everything
    // A pull may be for another tool, which brings its own tokenizer.
    selection.requiresTokenizer = false
    let snapshot = try await choice.download(model, selection, screen)
    if json {
      Terminal.output.line(Self.report(snapshot).serialized(.pretty))
    } else {
      Terminal.output.line(snapshot.folder)
    }
  }

  private static func report(_ snapshot: HubSnapshot) -> JSON {
    let files = snapshot.files.map { file -> JSON in
      [
        "path": .string(file.path), "size": .int(file.size),
        "sha256": file.sha256.map { .string($0) } ?? .null,
      ]
    }
    return [
      "model": .string(snapshot.id.description), "revision": .string(snapshot.revision),
      "commit": .string(snapshot.commit), "folder": .string(snapshot.folder),
      "bytes_fetched": .int(snapshot.bytesFetched), "files": .array(files),
    ]
  }
}
