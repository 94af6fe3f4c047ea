#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the script says through the environment.
enum Environment {
  /// The name of the reader to fuzz; nil, with a message, if `FUZZ` is not one of `names`.
  static func reader(of names: [String]) -> String? {
    guard let value = getenv("FUZZ").map({ String(cString: $0) }), names.contains(value) else {
      print("Set FUZZ to one of: \(names.joined(separator: ", "))")
      return nil
    }
    return value
  }
}
