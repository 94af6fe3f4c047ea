import Foundation

// How long `oven bake` takes beside what its input and output cost alone.
//
//   bench-bake OVEN FOLDER [small|large]
//
// Makes a random bf16 checkpoint in FOLDER (kept for the next run), then, in one run and a few rounds:
// plain 8-MB reads of the source, plain writes of as many bytes as the result has, and the bake itself.

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  print("usage: bench-bake OVEN FOLDER [small|large]")
  exit(64)
}
let shape: LlamaShape = arguments.count > 3 && arguments[3] == "large" ? .sevenBillion : .oneBillion
let folder = URL(filePath: arguments[2], directoryHint: .isDirectory)
let source = folder.appending(path: shape.name)
let destination = folder.appending(path: shape.name + "-int4")
let rounds = shape.name == LlamaShape.oneBillion.name ? 5 : 1

try RandomCheckpoint(shape: shape).write(to: source)
let weights = source.appending(path: "model.safetensors")
print("checkpoint: \(shape.name), \(RandomCheckpoint(shape: shape).byteCount / 1_000_000) MB of bf16")

// One bake that does not count warms the page cache, and tells how many bytes the result has.
_ = try MeasuredProcess.run(arguments[1], bakeArguments)
let resultBytes = try destination.appending(path: "openvino_model.bin").fileByteCount()

var ratios: [Double] = []
for round in 1...rounds {
  let reading = try PlainCopy.secondsToRead(weights)
  let writing = try PlainCopy.secondsToWrite(resultBytes, at: folder.appending(path: "plain.bin"))
  let bake = try MeasuredProcess.run(arguments[1], bakeArguments)
  let ratio = bake.seconds / (reading + writing)
  ratios.append(ratio)
  print(
    "round \(round): read \(seconds(reading)), write \(seconds(writing)), bake \(seconds(bake.seconds)), "
      + "ratio \(String(format: "%.2f", ratio)), peak memory \(bake.peakBytes / 1_000_000) MB")
}
ratios.sort()
print(
  "bake / (read + write): median \(String(format: "%.2f", ratios[ratios.count / 2])), "
    + "from \(String(format: "%.2f", ratios[0])) to \(String(format: "%.2f", ratios[ratios.count - 1]))")

var bakeArguments: [String] {
  [
    "bake", source.path, "-o", destination.path, "--weight-format", "int4", "--no-tokenizer", "--force",
    "--calibrate",
    "none",
  ]
}

func seconds(_ value: Double) -> String { String(format: "%.2f s", value) }
