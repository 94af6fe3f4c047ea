import Baking
import Checkpoints
import Errors
import Generation
import Graph
import Hub
import Quantization
import Serving
import Supervisor

extension Setting {
  /// How a setting of the libraries is given on the command line.
  var option: String { Self.options[self] ?? name }

  /// The options that errors and notes of the libraries name.
  package static let options: [Setting: String] = [
    .output: "-o", .replacesDestination: "--force", .resume: "--resume", .allowNonFinite: "--allow-nonfinite",
    .mergeProjections: "--merge-projections", .noTokenizer: "--no-tokenizer",
    .strictTokenizer: "--strict-tokenizer",
    .promptLength: "--prompt-length", .contextLength: "--context-length",
    .contextStep: "--context-step", .calibrate: "--calibrate",
    .weightFormat: "--weight-format", .groupSize: "--group-size",
    .groupSizeFallback: "--group-size-fallback", .sym: "--sym", .noSym: "--no-sym", .ratio: "--ratio",
    .backupPrecision: "--backup-precision", .awq: "--awq", .target: "--target", .stream: "--stream",
    .ggufChoice: "--gguf", .adapter: "--lora", .staticShapes: "--static",

    .device: "--device", .engine: "--engine", .cpuKernels: "--cpu-kernels", .property: "--property",
    .runsFixedShapes: "--static", .longestPrompt: "--prompt-length", .responseLength: "--response-length",
    .cacheFolder: "--cache-dir or CACHE_DIR", .noCache: "--no-cache", .noCanary: "--no-canary",
    .prefixFolder: "--prefix-cache", .inProcess: "--in-process", .compiledFile: "--out",

    .bake: "oven bake", .chat: "oven chat", .pull: "oven pull", .families: "oven families",
    .doctor: "oven doctor",

    .fetchesNothing: "--no-pull", .allowedHosts: "--allow-host", .allowedOrigins: "--cors-origin",
  ]
}

extension Error {
  /// The error with settings named as they are given on the command line.
  var withOptions: any Error { (self as? any WordedError)?.naming(\.option) ?? self }
}
