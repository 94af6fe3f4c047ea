// swift-tools-version: 6.1
import PackageDescription

// A package of its own: fuzzing needs flags that the libraries must not carry. Its sources are links to the
// project's. `run` builds and starts it.
let instrumented: [SwiftSetting] = [.unsafeFlags(["-sanitize=fuzzer,address"])]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: instrumented)
}

let orderedCollections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")

let package = Package(
  name: "fuzz",
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .target(name: "Kernels"),
    library("Digests", ["Kernels"]),
    library("Errors"),
    library("Text"),
    library("JSON", [orderedCollections]),
    library("Files", ["Digests", .product(name: "SystemPackage", package: "swift-system")]),
    library("Tensors", ["Errors", "Files"]),
    library("Checkpoints", ["Errors", "Files", "JSON", "Kernels", "Tensors"]),
    library("Patterns", ["Errors", "Text"]),
    library("Tokenization", ["Errors", "JSON", "Patterns", "Text"]),
    library("ChatTemplates", ["Files", "JSON", orderedCollections]),
    library("Graph", ["Errors", "Tensors"]),
    library("IRFormat", ["Errors", "Graph", "Tensors"]),
    library("Architectures", ["Errors", "Graph", "JSON", "Tensors"]),
    // What reads the hub's answers, without what sends requests.
    .target(
      name: "Hub", dependencies: ["Digests", "Errors", "Files", "JSON", "Tensors"],
      sources: [
        "API/FileSelection.swift", "API/HubAddress.swift", "API/HubConfiguration.swift", "API/HubModel.swift",
        "API/HubModelID.swift", "API/ListingReader.swift", "API/WeightFiles.swift", "HTTP/ContentRange.swift",
        "HTTP/HubProxy.swift", "HTTP/RetryAfter.swift", "HTTP/RetryPolicy.swift", "HubError.swift",
        "HubSettings.swift",
        "Streaming/SegmentWindow.swift",
      ],
      swiftSettings: instrumented),
    .target(name: "CFuzzer"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "Architectures", "CFuzzer", "ChatTemplates", "Checkpoints", "Files", "Hub", "IRFormat", "JSON",
        "Patterns",
        "Tensors", "Tokenization",
      ],
      swiftSettings: instrumented,
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
  ]
)
