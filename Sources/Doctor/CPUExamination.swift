/// The processor's features that matter for language models, and the memory.
struct CPUExamination {
  let machine: Machine

  var section: CheckSection { CheckSection("CPU", [features, memory, hugePages].compactMap { $0 }) }

  /// The fields of the first processor in `/proc/cpuinfo`.
  private var processor: [String: String] {
    var fields: [String: String] = [:]
    for line in (machine.files.text("/proc/cpuinfo", limit: 16_384) ?? "").split(
      separator: "\n", omittingEmptySubsequences: false)
    {
      if line.isEmpty, !fields.isEmpty { break }
      let pair = line.split(separator: ":", maxSplits: 1)
      if pair.count == 2 { fields[pair[0].trimmed] = pair[1].trimmed }
    }
    return fields
  }

  private var features: Check {
    let processor = processor
    let name = processor["model name"] ?? "a processor without a name"
    if let list = processor["Features"] { return armFeatures(name, list) }
    guard let list = processor["flags"] else {
      return Check(
        "features", .warning, "/proc/cpuinfo does not tell them", mend: "Nothing is known to be wrong.")
    }
    let flags = Set(list.split(separator: " ").map(String.init))
    let named = [
      ("avx2", "AVX2"), ("avx512f", "AVX-512"), ("avx512_vnni", "AVX-512 VNNI"), ("avx_vnni", "AVX-VNNI"),
      ("avx512_bf16", "BF16"), ("avx512_fp16", "FP16"), ("amx_int8", "AMX INT8"), ("amx_bf16", "AMX BF16"),
    ]
    let present = named.filter { flags.contains($0.0) }.map(\.1)
    let detail =
      "\(name): \(present.isEmpty ? "no vector extension that helps" : present.joined(separator: ", "))"
    if !flags.contains("sse4_2") {
      return Check(
        "features", .failure, "\(name) has no SSE4.2, which OpenVINO needs",
        mend: "OpenVINO needs a newer processor.")
    }
    if !flags.contains("avx2") {
      return Check(
        "features", .warning, "\(detail), no AVX2: models will be slow",
        mend: machine.files.text("/proc/cpuinfo")?.contains("hypervisor") == true
          ? "In a virtual machine, pass the host's processor through (for example -cpu host)."
          : "Use a GPU or an NPU.")
    }
    return Check("features", .ok, detail)
  }

  private func armFeatures(_ name: String, _ list: String) -> Check {
    let flags = Set(list.split(separator: " ").map(String.init))
    let named = [
      ("asimd", "NEON"), ("asimdhp", "FP16"), ("asimddp", "DOTPROD"), ("i8mm", "I8MM"), ("bf16", "BF16"),
      ("sve", "SVE"),
    ]
    let present = named.filter { flags.contains($0.0) }.map(\.1)
    return Check("features", .ok, "\(name): \(present.joined(separator: ", "))")
  }

  private var memory: Check? {
    var sizes: [String: Int] = [:]
    for line in (machine.files.text("/proc/meminfo") ?? "").split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == ":" || $0 == " " })
      // The file says kB and means 1024 bytes.
      if words.count >= 2, let count = Int(words[1]) { sizes[String(words[0])] = count * 1024 }
    }
    guard let total = sizes["MemTotal"] else { return nil }
    let available = sizes["MemAvailable"] ?? total
    let detail = "\(Size(available)) of \(Size(total)) available"
    // A 7-billion-parameter model at INT4 with its state takes about five.
    guard available < 2_000_000_000 else { return Check("memory", .ok, detail) }
    return Check("memory", .warning, detail, mend: "Only small models will fit; close other programs.")
  }
}

extension CPUExamination {
  /// Whether weights can be gathered in pages of 2 MB once they are laid out: answers come some per cent sooner.
  private var hugePages: Check? {
    guard let kernel = machine.kernelVersion else { return nil }
    let switches = "/sys/kernel/mm/transparent_hugepage/enabled"
    guard machine.files.entry(at: switches) != nil else {
      return Check("huge pages", .notPresent, "this kernel has none: weights stay in pages of 4 kB")
    }
    // MADV_COLLAPSE, which does not ask for the switch.
    guard (kernel.major, kernel.minor) >= (6, 1) else {
      return Check(
        "huge pages", .notPresent,
        "Linux \(kernel.major).\(kernel.minor) does not gather memory that is filled; 6.1 and later do")
    }
    return Check("huge pages", .ok, "weights are gathered in pages of 2 MB")
  }
}

/// Bytes as people read them, in powers of a thousand.
struct Size: CustomStringConvertible {
  let bytes: Int

  init(_ bytes: Int) { self.bytes = bytes }

  var description: String {
    let (unit, name) = bytes >= 1_000_000_000 ? (1_000_000_000, "GB") : (1_000_000, "MB")
    let tenths = bytes / (unit / 10)
    return tenths >= 1000 ? "\(tenths / 10) \(name)" : "\(tenths / 10).\(tenths % 10) \(name)"
  }
}
