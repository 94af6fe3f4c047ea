/// What runs of a family and how far its tiny models are from transformers, as `Tests/Peers/families_run.sh` measured it.
package struct MeasuredFamily: Sendable {
  /// How many of a family's models something runs.
  package enum Reach: String, Sendable {
    case yes
    /// Some of them: docs/families.md says which.
    case partly
    case no
  }

  /// The largest difference of a logit, relative to the largest logit.
  package let error: Double
  /// Whether every layer has a paged form.
  package let paged: Reach
  /// Whether the NPU plugin's path runs it.
  package let npu: Reach
  /// Whether it bakes with fixed shapes.
  package let fixedShapes: Reach
  /// The error of models that came as GGUF; nil where llama.cpp's converter makes no file.
  package let ggufError: Double?
}
