import Files
import OpenVINO

extension ModelLoader.Request {
  /// What may compute the products on a device, the best first; at least one, and none of them `.auto`.
  func kernels(on device: String) -> [CPUKernels] {
    guard device == "CPU" else { return [.plugin] }
    guard cpuKernels == .auto else { return [cpuKernels] }
    // What was found to be fastest was found with one of them.
    if let tuned, !tuned.words.isEmpty { return [tuned.kernels ?? .plugin] }
    return maySuitOurs ? [.oven, .plugin] : [.plugin]
  }

  /// Whether kernels of ours are worth a try: the graph's own look decides, once it is read.
  private var maySuitOurs: Bool {
    // These say how the plugin is to compute.
    let words = ["INFERENCE_PRECISION_HINT", "DYNAMIC_QUANTIZATION_GROUP_SIZE", "EXECUTION_MODE_HINT"]
    guard precision == .fast, words.allSatisfy({ properties[$0] == nil }) else { return false }
    // Beside the products there is a loop over tokens, which the plugin computes in 16 bits if it is let.
    guard !model.hasDeltaNets else { return false }
    return CompressedShare.of(model.xml) >= 0.9
  }
}

/// How much of a graph's constants are matrices of 4-bit and 8-bit codes, found without parsing it.
enum CompressedShare {
  /// The share of bytes, scales and zero points left out; 0 for a file that cannot be read.
  static func of(_ xml: String) -> Double {
    guard let bytes = SmallFile.bytes(at: xml, limit: 1 << 28) else { return 0 }
    var (compressed, all) = (0, 0)
    // <data element_type="i4" shape="64, 2, 32" offset="0" size="2048"/>
    for tag in bytes.split(separator: UInt8(ascii: "<")) where tag.starts(with: "data ".utf8) {
      let parts = String(decoding: tag, as: UTF8.self).split(
        separator: "\"", omittingEmptySubsequences: false)
      func value(_ name: String) -> Substring? {
        parts.firstIndex { $0.hasSuffix(" \(name)=") }.flatMap { $0 + 1 < parts.count ? parts[$0 + 1] : nil }
      }
      guard let type = value("element_type"), let size = value("size").flatMap({ Int($0) }), size >= 0 else {
        continue
      }
      let shape = value("shape")?.split(separator: ",") ?? []
      // Scales and zero points go with their codes.
      if shape.count > 1, shape.last?.drop(while: { $0 == " " }) == "1" { continue }
      all = all.addingReportingOverflow(size).partialValue
      // A token's products with nf4 are slow as yet: nobody gets them without asking.
      if ["i4", "u4", "i8", "u8", "f4e2m1"].contains(type) {
        compressed = compressed.addingReportingOverflow(size).partialValue
      }
    }
    return all <= 0 ? 0 : Double(compressed) / Double(all)
  }
}
