/// The version of this program.
public enum OvenVersion {
  /// As `oven --version` prints it and manifests record it.
  public static let current = "0.1.0"
}
