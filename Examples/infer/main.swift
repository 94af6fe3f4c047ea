// One pass of a baked model on the CPU: example-infer FOLDER ID ... prints the most probable next token.
import Foundation
import OpenVINO

let ids = CommandLine.arguments.dropFirst(2).compactMap { Int64($0) }
guard CommandLine.arguments.count > 2, ids.count == CommandLine.arguments.count - 2 else {
  print("usage: example-infer FOLDER ID ...")
  exit(64)
}

do {
  let core = try Core()
  let model = try core.readModel(CommandLine.arguments[1] + "/openvino_model.xml")
  let compiled = try core.compile(model, for: "CPU")
  let request = try compiled.makeRequest()
  let runtime = core.runtime
  try request.setInput("input_ids", Tensor(ids, shape: [1, ids.count], runtime: runtime))
  try request.setInput(
    "attention_mask", Tensor(ids.map { _ in Int64(1) }, shape: [1, ids.count], runtime: runtime))
  try request.setInput(
    "position_ids",
    Tensor(ids.indices.map { Int64($0 - ids.startIndex) }, shape: [1, ids.count], runtime: runtime))
  try request.setInput("beam_idx", Tensor([Int32(0)], shape: [1], runtime: runtime))
  try request.infer()
  let logits = try request.output("logits").elements(of: Float.self)
  let last = logits.suffix(logits.count / ids.count)
  let best = last.indices.max { last[$0] < last[$1] }.map { $0 - last.startIndex }
  print("next token:", best.map(String.init) ?? "none")
} catch {
  print("not run: \(error)")
  exit(69)
}
