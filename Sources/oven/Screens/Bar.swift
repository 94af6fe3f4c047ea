/// A small bar beside a figure.
package enum Bar {
  private static let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

  /// So much of so much, in eighths of a column.
  package static func text(_ value: Double, of maximum: Double, width: Int = 12) -> String {
    guard value.isFinite, maximum.isFinite, maximum > 0, value > 0, width > 0 else { return "" }
    let eighths = Int((min(1, value / maximum) * Double(width) * 8).rounded())
    let bar = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    // What is there is seen, however little it is.
    return bar.isEmpty ? parts[1] : bar
  }
}
