// swift-tools-version: 6.1
import PackageDescription

// A package of its own: fuzzing needs flags that the libraries must not carry. Its sources are links to the
// project's. `run` builds and starts it.
let instrumented: [SwiftSetting] = [.unsafeFlags(["-sanitize=fuzzer,address"])]

let package = Package(
  name: "fuzz",
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .target(
      name: "JSON", dependencies: [.product(name: "OrderedCollections", package: "swift-collections")],
      swiftSettings: instrumented),
    .target(name: "Kernels"),
    .target(
      name: "Files", dependencies: ["Kernels", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: instrumented),
    .target(name: "Tensors", dependencies: ["Files"], swiftSettings: instrumented),
    .target(name: "Checkpoints", dependencies: ["Files", "JSON", "Tensors"], swiftSettings: instrumented),
    .target(name: "Patterns", swiftSettings: instrumented),
    .target(name: "Tokenization", dependencies: ["JSON", "Patterns"], swiftSettings: instrumented),
    .target(
      name: "ChatTemplates",
      dependencies: ["Files", "JSON", .product(name: "OrderedCollections", package: "swift-collections")],
      swiftSettings: instrumented),
    .target(name: "Graph", dependencies: ["Tensors"], swiftSettings: instrumented),
    .target(name: "IRFormat", dependencies: ["Graph", "Tensors"], swiftSettings: instrumented),
    .target(name: "CFuzzer"),
    .executableTarget(
      name: "fuzz-text",
      dependencies: ["CFuzzer", "ChatTemplates", "IRFormat", "JSON", "Patterns", "Tokenization"],
      swiftSettings: instrumented,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    .executableTarget(
      name: "fuzz-checkpoints", dependencies: ["CFuzzer", "Checkpoints", "JSON", "Tensors"],
      swiftSettings: instrumented,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
  ]
)
