/// What computes products with compressed weights on a CPU.
package enum CPUKernels: String, Sendable, Hashable, Codable, CaseIterable {
  /// Ours where they compute nearly all of a model, otherwise the plugin.
  case auto
  /// OpenVINO's plugin, which lays weights out anew when a model runs for the first time after a start.
  case plugin
  /// Kernels of ours, which read weights where the model's file has them.
  case oven
}

/// How exactly activations enter products with compressed weights on a CPU.
package enum CPUPrecision: String, Sendable, Hashable, CaseIterable {
  /// Rounded to 8 bits in groups, where that is faster.
  case fast
  /// As they are, in 32 bits.
  case f32
}
