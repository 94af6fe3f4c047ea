/// How a weight is stored.
public enum WeightFormat: Sendable, Hashable {
  /// As plain numbers: f32, f16 or bf16.
  case dense(ElementType)
  /// In few bits.
  case compressed(CompressedFormat)

  /// The compressed format, nil for plain numbers.
  public var compressed: CompressedFormat? {
    if case .compressed(let format) = self { format } else { nil }
  }

  /// A few words for reports: `i4, groups of 128`, `u8, whole rows`, `f16`.
  public var summary: String {
    switch self {
    case .dense(let type): type.rawValue
    case .compressed(let format):
      "\(format.elementType.rawValue), \(format.groupSize.map { "groups of \($0)" } ?? "whole rows")"
    }
  }
}
