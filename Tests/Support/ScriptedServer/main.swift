import Generation
import JSON
import ScriptedService
import Serving

// A server whose model answers by what it is asked: `make verify-serve` lets the official clients talk to it.
//
//   scripted-server PORT

/// The answer to a prompt, by a word in it.
func script(for request: CompletionRequest) -> Script {
  let prompt = ScriptedPrompts().decode(request.prompt)
  var script = Script("Hello, world! 👋")
  // What a tool said ends the matter.
  if prompt.contains("\n<tool>rain") { script.text = "It is raining in Köln." }
  if prompt.contains("WEATHER"), !prompt.contains("\n<tool>") {
    script.text =
      "<think>A tool knows.</think><tool_call>{\"name\": \"weather\", \"arguments\": {\"city\": \"Köln\"}}</tool_call>"
  }
  if prompt.contains("MINISWE") {
    let isDone = prompt.contains("\n<tool>")
    let command = isDone ? "echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT" : "echo done > made.txt"
    script.text =
      "One step.<tool_call>{\"name\": \"bash\", \"arguments\": {\"command\": \"\(command)\"}}</tool_call>"
  }
  if prompt.contains("THINK") { script.text = "<think>Let me see.</think>Yes." }
  if prompt.contains("JSON") { script.text = "{\"name\": \"Ada\", \"age\": 36}" }
  if prompt.contains("DIE") { script.failure = CompletionFailure(.runnerLost, "the device is gone") }
  if prompt.contains("FULL") { script.refusal = CompletionFailure(.queueFull, "the queue is full") }
  if prompt.contains("SLOW") { script.delay = .milliseconds(200) }
  return script
}

let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8081
let service = ScriptedService(script: script)
var facts = ModelFacts()
(facts.family, facts.template) = ("scripted", ScriptedPrompts().templateText)
let source = ModelSource(name: "test", facts: facts) {
  ServedModel(name: "test", service: service, prompts: ScriptedPrompts(), syntax: TaggedSyntax())
}
var options = ServerOptions()
options.address = .host("127.0.0.1", port: port)
options.signals = [.sigterm, .sigint]
options.version = "0.0.0"
options.whenRunning = { _ in print("listening") }
let registry = ModelRegistry([source], answersToAnyName: true)
await registry.offer(devices: ["CPU", "NPU"])
try await HTTPServer(registry, options: options).run()
