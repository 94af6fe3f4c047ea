import JSON

/// What a bake made: the contents of `oven.json`, and the table at the end of `oven bake`.
public struct BakeReport: Sendable {
  /// One weight of the result.
  public struct Tensor: Sendable {
    /// The checkpoint's name.
    public var name: String
    /// What it is in the model: `linear`, `embedding`, `head`, `norm` …
    public var role: String
    /// The extents, [out, in] for a matrix.
    public var shape: [Int]
    /// How the checkpoint stores it.
    public var sourceFormat: String
    /// How the result stores it: `i4`, `u8`, `f32` …
    public var format: String
    /// Weights that share a scale; nil for a whole row, or without scales.
    public var groupSize: Int?
    /// Whether the checkpoint's own quantised values were kept.
    public var isKept: Bool
    /// √(Σ(w − stored)² / Σw²); 0 where the values were kept or stored without loss.
    public var relativeError: Double
    /// How many numbers of the source are NaN or infinite, and are 0 in the result: more than none only where that was
    /// asked for.
    public var nonFiniteCount: Int
    /// Where its bytes begin in `openvino_model.bin`, and how many there are up to the end of its last part:
    /// values, zero points and scales, each aligned to 64 bytes.
    public var offset: Int
    public var byteCount: Int
    /// The checksum of those bytes.
    public var checksum: Checksum
  }

  /// A file of the result.
  public struct File: Sendable {
    public var name: String
    public var byteCount: Int
    public var checksum: Checksum
  }

  /// The checkpoint as it was found.
  public struct Source: Sendable {
    public var path: String
    /// `safetensors`, `gguf` or `pytorch`.
    public var format: String
    public var files: [SourceFile]
    public var origin: BakeOptions.Origin?
  }

  /// A file of the checkpoint; the sum is the hub's, where it is known.
  public struct SourceFile: Sendable {
    public var name: String
    public var byteCount: Int
    public var sha256: String?
  }

  public var source: Source
  /// The family, as `config.json` names it.
  public var modelType: String
  /// The options that made the result, by their names on the command line.
  public var recipe: JSONObject
  public var notes: [String]
  public var tensors: [Tensor]
  public var files: [File]
  /// Parameters of the model: elements of all its weights, shared ones counted once.
  public var parameterCount: Int
  /// Bytes of the weights before and after.
  public var sourceByteCount: Int
  public var bakedByteCount: Int
  /// Wall-clock time of the bake, without inspections of its result.
  public var seconds: Double
  /// The largest resident set of the process, in bytes.
  public var peakMemory: Int
  /// What `--verify` found; nil without it.
  public var verification: JSON?
  /// What a calibration did to each layer; nil without one.
  public var calibration: JSON?
  /// What the tokenizer models made of some hundred texts, or why they were not tried; nil where there are none.
  public var tokenizerIR: JSON?

  /// Stored bits per parameter, scales and zero points included.
  public var bitsPerWeight: Double {
    parameterCount > 0 ? Double(bakedByteCount) * 8 / Double(parameterCount) : 0
  }

  /// The tensors that lost most, the worst first.
  public func worstTensors(_ count: Int) -> [Tensor] {
    Array(
      tensors.filter { $0.relativeError > 0 }.sorted { $0.relativeError > $1.relativeError }.prefix(count))
  }
}
