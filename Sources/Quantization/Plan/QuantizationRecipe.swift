import Tensors

/// What a user asks of a bake, in optimum-cli's terms. Options that are left out (nil) take the defaults that
/// each is documented with.
public struct QuantizationRecipe: Sendable, Equatable {
  /// The type of the model's matrices (`--weight-format`).
  public enum WeightType: String, Sendable, CaseIterable {
    case fp32, fp16, int8, int4, nf4, mxfp4
    /// The checkpoint's own quantised values, where it has such (GGUF); the backup precision elsewhere.
    case kept

    /// Whether matrices get four bits, so that some of them may need the backup precision.
    public var isFourBit: Bool { self == .int4 || self == .nf4 || self == .mxfp4 }
  }

  /// What matrices get that do not get four bits (`--backup-precision`).
  public enum BackupPrecision: String, Sendable, CaseIterable {
    case none
    case int8Symmetric = "int8_sym"
    case int8Asymmetric = "int8_asym"
  }

  /// What happens to a matrix whose rows the group size does not divide (`--group-size-fallback`).
  public enum GroupSizeFallback: String, Sendable, CaseIterable {
    /// The bake is refused.
    case error
    /// The matrix stays in 16-bit floats.
    case ignore
    /// The largest power of two that divides the row, if it is not below the target's floor; else the backup
    /// precision.
    case adjust
  }

  /// The type of the model's matrices.
  public var weightFormat: WeightType
  /// Integers around 0, without zero points (`--sym`).
  public var isSymmetric: Bool
  /// How many weights share a scale, -1 for a whole row; nil for 128 (32 in MXFP4, -1 in INT8).
  public var groupSize: Int?
  /// The share of the weights that gets four bits (`--ratio`), more than 0 and at most 1.
  public var ratio: Double
  /// What the other matrices get, embeddings and head among them.
  public var backupPrecision: BackupPrecision
  /// Whether embeddings and head get four bits as well (`--all-layers`).
  public var allLayers: Bool
  /// What happens where the group size does not divide a row.
  public var groupSizeFallback: GroupSizeFallback
  /// Whether columns are evened out before quantising (`--awq`, data-free).
  public var awq: Bool
  /// The devices that the result must suit.
  public var target: Target

  /// A recipe; what is left out is symmetric INT4 for any device.
  public init(
    weightFormat: WeightType = .int4, isSymmetric: Bool = true, groupSize: Int? = nil, ratio: Double = 1,
    backupPrecision: BackupPrecision = .int8Symmetric, allLayers: Bool = false,
    groupSizeFallback: GroupSizeFallback = .adjust, awq: Bool = false, target: Target = .any
  ) {
    self.weightFormat = weightFormat
    self.isSymmetric = isSymmetric
    self.groupSize = groupSize
    self.ratio = ratio
    self.backupPrecision = backupPrecision
    self.allLayers = allLayers
    self.groupSizeFallback = groupSizeFallback
    self.awq = awq
    self.target = target
  }

  /// The format of the model's matrices; nil where they stay floats or keep their own values.
  public var primaryFormat: CompressedFormat? {
    let size = groupSize == -1 ? nil : groupSize ?? 128
    return switch weightFormat {
    case .fp32, .fp16, .kept: nil
    case .int8: Self.int8(symmetric: isSymmetric)
    case .int4 where isSymmetric: CompressedFormat(elementType: .i4, groupSize: size)
    case .int4: CompressedFormat(elementType: .u4, groupSize: size, zeroPoint: .integer)
    case .nf4: CompressedFormat(elementType: .nf4, groupSize: size)
    case .mxfp4: CompressedFormat(elementType: .f4e2m1, groupSize: groupSize ?? 32, scaleType: .f8e8m0)
    }
  }

  /// What the matrices get that do not get the primary format.
  public var backupFormat: WeightFormat {
    switch backupPrecision {
    case .none: .dense(.f16)
    case .int8Symmetric: .compressed(Self.int8(symmetric: true))
    case .int8Asymmetric: .compressed(Self.int8(symmetric: false))
    }
  }

  private static func int8(symmetric: Bool) -> CompressedFormat {
    CompressedFormat(
      elementType: symmetric ? .i8 : .u8, groupSize: nil, zeroPoint: symmetric ? .none : .integer)
  }
}
