import Baking
import Checkpoints
import Errors
import Graph
import Hub
import Quantization

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
  ]
}
