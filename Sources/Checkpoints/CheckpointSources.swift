import JSON
import Tensors

/// Single files, wherever their bytes are.
extension Checkpoint {
  /// The tensors of a safetensors file.
  package static func safetensors(_ source: any ByteSource) throws -> any WeightSource {
    try TensorTable(try SafetensorsFile(source).tensors, of: source.name)
  }

  /// The tensors of a file of `torch.save`.
  package static func torch(_ source: any ByteSource) throws -> any WeightSource {
    try TensorTable(try TorchFile(source).tensors, of: source.name)
  }

  /// A GGUF file that holds a whole model.
  package static func gguf(_ source: any ByteSource) throws -> OpenedCheckpoint {
    let file = try GGUFFile(source)
    let model = try GGUFModel(file, tensors: file.tensors)
    return OpenedCheckpoint(
      weights: model.weights, files: [CheckpointFile(source)], formatName: "GGUF", config: model.config,
      gguf: file)
  }

  /// The tensors of a safetensors file whose weights are quantised as `config` says.
  package static func quantized(_ source: any ByteSource, config: JSON) throws -> any WeightSource {
    let file = try SafetensorsFile(source)
    let quantized = try QuantizedCheckpoint(file.tensors, config: config, file: source.name)
    return try TensorTable(quantized.tensors, of: source.name)
  }

  /// The number of members of the state dictionary in a pickle, which must be right to be counted.
  package static func memberCount(pickle: [UInt8]) throws -> Int {
    try Unpickler.stateDictionary(pickle, file: "pickle").count
  }
}
