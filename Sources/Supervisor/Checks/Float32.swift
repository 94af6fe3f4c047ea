import OpenVINO

extension Properties {
  /// Float32 throughout on the CPU: for comparisons with other programs, and of weights with weights. The plugin's own
  /// defaults are faster: half precision, a cache of 8 bits and activations quantised on the way.
  package static let float32: Properties = [
    "INFERENCE_PRECISION_HINT": "f32", "KV_CACHE_PRECISION": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0,
  ]
}
