// swift-tools-version: 6.1
import PackageDescription

// CI sets this, so that a newer compiler's warnings never break a user's build.
let strict = Context.environment["OVEN_WARNINGS_AS_ERRORS"] == "1"
let settings: [SwiftSetting] = strict ? [.unsafeFlags(["-warnings-as-errors"])] : []

/// A library of the design's layout: what stands in `dependencies` is all that it can import.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: dependencies, swiftSettings: settings)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nio = ["NIOCore", "NIOHTTP1", "NIOConcurrencyHelpers"].map {
  Target.Dependency.product(name: $0, package: "swift-nio")
}
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let server: [Target.Dependency] = [
  .product(name: "Hummingbird", package: "hummingbird"),
  .product(name: "HummingbirdHTTP2", package: "hummingbird"),
  .product(name: "HummingbirdTLS", package: "hummingbird"),
  .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
  .product(name: "UnixSignals", package: "swift-service-lifecycle"),
  .product(name: "Metrics", package: "swift-metrics"),
  .product(name: "Logging", package: "swift-log"),
]
let orderedCollections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")

let package = Package(
  name: "oven",
  products: [
    .executable(name: "oven", targets: ["oven"]),
    // With the targets whose types their interfaces show.
    .library(name: "Baking", targets: ["Baking", "Errors", "JSON", "Quantization", "Tensors"]),
    .library(name: "Tokenization", targets: ["Tokenization", "Errors", "JSON"]),
    .library(name: "OpenVINO", targets: ["OpenVINO", "Errors"]),
    // Beside the program and loaded at run time: `oven` itself starts and bakes without any OpenVINO.
    .library(name: "OvenOpenVINOBridge", type: .dynamic, targets: ["OpenVINOBridge"]),
  ],
  dependencies: [
    // The command line: options, help and completion scripts.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // JSON objects that keep the order of the file.
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    // Descriptors, error numbers and permissions as types, on every POSIX system; NIO stands on it as well.
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    // What async-http-client stands on; named for the buffers and header types in its interface.
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    // HTTPS to model hubs: streaming bodies, connection reuse, proxies.
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    // The server: HTTP/1.1 and HTTP/2, streaming bodies, TLS, on the same NIO as the client.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    // Start and stop of what runs for long, with signals and draining.
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    // The interfaces for figures and log lines that servers share.
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // What everything else is about: numbers, bytes, names.
    .target(name: "Kernels"),
    // Sums of bytes: XXH3, SHA-256, SHA-1.
    library("Digests", ["Kernels"]),
    // The form of all libraries' errors.
    library("Errors"),
    // The only target that knows the system.
    library("Files", ["Digests", systemPackage]),
    library("JSON", [orderedCollections]),
    library("Tensors", ["Errors", "Files"]),
    library("Text"),
    library("Patterns", ["Errors", "Text"]),

    // Baking: nothing here imports OpenVINO.
    library("Checkpoints", ["Errors", "Files", "JSON", "Kernels", "Tensors"]),
    library("Quantization", ["Errors", "Tensors", "Kernels"]),
    library("Graph", ["Errors", "Tensors"]),
    library("IRFormat", ["Errors", "Graph", "Tensors"]),
    library("Architectures", ["Errors", "Graph", "JSON", "Tensors"]),
    library("Tokenization", ["Errors", "JSON", "Patterns", "Text"]),
    library("TokenizerIR", ["Errors", "IRFormat", "JSON", "Patterns", "Text", "Tokenization"]),
    library("ChatTemplates", ["Files", "JSON", orderedCollections]),
    library("Hub", ["Digests", "Errors", "Files", "JSON", "Tensors", httpClient] + nio),
    library(
      "Baking",
      [
        "Digests", "Errors", "Architectures", "Checkpoints", "Files", "Graph", "IRFormat", "JSON",
        "Quantization",
        "Tensors",
        "Tokenization", "TokenizerIR",
      ]),

    // Running: OpenVINO behind a C boundary.
    .target(name: "COpenVINO"),
    .systemLibrary(name: "CSystemOpenVINO", pkgConfig: "openvino"),
    .target(name: "LinearKernels"),
    .target(name: "OpenVINOBridge", dependencies: ["COpenVINO", "CSystemOpenVINO", "LinearKernels"]),
    library("OpenVINO", ["Errors", "COpenVINO", "Files"]),

    // What a text may go on with: JSON schemas, expressions, grammars, tool calls.
    library("Grammars", ["Generation", "JSON", "Patterns", "Text", "Tokenization"]),
    library("Generation", ["Digests", "Errors", "JSON", "Tokenization"]),
    library(
      "Supervisor",
      ["Digests", "Errors", "ChatTemplates", "Files", "Generation", "JSON", "OpenVINO", "Tokenization"]),
    library("Doctor", ["Files", "JSON"]),

    // HTTP: routes and wire types; sees only protocols of Generation.
    library(
      "Serving",
      ["Digests", "Errors", "Files", "Generation", "Grammars", "JSON", "Text", nioPosix] + nio + server),

    // Baking with a look at what the model does: runs it piece by piece.
    library(
      "Calibration",
      [
        "Errors", "Baking", "Files", "Graph", "IRFormat", "JSON", "OpenVINO", "Quantization", "Tensors",
        "Tokenization",
      ]),

    // The program.
    .executableTarget(
      name: "oven",
      dependencies: [
        "Architectures", "Baking", "Calibration", "ChatTemplates", "Checkpoints", "Doctor", "Errors", "Files",
        "Generation",
        "Grammars", "Graph", "Hub", "IRFormat",
        "JSON", "OpenVINO", "Quantization", "Serving", "Supervisor", "Tensors", "Tokenization",
        argumentParser,
      ], swiftSettings: settings),

    // One product each, from another program's side; CI builds them.
    .executableTarget(
      name: "example-bake", dependencies: ["Baking"], path: "Examples/bake", swiftSettings: settings),
    .executableTarget(
      name: "example-tokenize", dependencies: ["Tokenization"], path: "Examples/tokenize",
      swiftSettings: settings),
    .executableTarget(
      name: "example-infer", dependencies: ["OpenVINO"], path: "Examples/infer", swiftSettings: settings),

    // Measurements that stay in the tree.
    .executableTarget(name: "bench-bake", path: "Benchmarks/bake", swiftSettings: settings),
    .executableTarget(
      name: "bench-quantization", dependencies: ["Digests", "Files", "Kernels", "Quantization", "Tensors"],
      path: "Benchmarks/quantization", swiftSettings: settings),
    .executableTarget(
      name: "bench-kernels", dependencies: ["LinearKernels"], path: "Benchmarks/kernels",
      swiftSettings: settings),
    .executableTarget(
      name: "bench-grammar", dependencies: ["Generation", "Grammars", "JSON", "Tokenization"],
      path: "Benchmarks/grammar", exclude: ["schemas.jsonl"], swiftSettings: settings),
    .executableTarget(
      name: "bench-tokenizer", dependencies: ["Tokenization"], path: "Benchmarks/tokenizer",
      exclude: ["compare.py"], swiftSettings: settings),

    // What other programs say of bytes.
    .target(name: "SystemSums", path: "Tests/Support/SystemSums", swiftSettings: settings),
    // Models without a device, for the tests of whatever stands on a runner or a service.
    .target(
      name: "ScriptedModels", dependencies: ["Generation"], path: "Tests/Support/ScriptedModels",
      swiftSettings: settings),
    // The same in a process of its own, which can be killed.
    .executableTarget(
      name: "scripted-worker", dependencies: ["ScriptedModels", "Supervisor"],
      path: "Tests/Support/ScriptedWorker",
      swiftSettings: settings),
    // A server's service without a model, and a server with it for the clients of `make verify-serve`.
    .target(
      name: "ScriptedService", dependencies: ["Generation", "JSON", "Serving"],
      path: "Tests/Support/ScriptedService",
      swiftSettings: settings),
    .executableTarget(
      name: "scripted-server", dependencies: ["Generation", "JSON", "ScriptedService", "Serving"],
      path: "Tests/Support/ScriptedServer", swiftSettings: settings),

    tests("Oven", ["Errors", "Generation", "Hub", "IRFormat", "JSON", "OpenVINO", "Supervisor", "oven"]),
    tests("JSON", ["JSON"]),
    tests("Text", ["Text"]),
    tests("Digests", ["Digests", "Kernels", "SystemSums"]),
    tests("Files", ["Digests", "Files"]),
    tests("Tensors", ["Tensors"]),
    tests("Patterns", ["Patterns", "Text"]),
    tests("Checkpoints", ["Checkpoints", "JSON", "Tensors"]),
    tests("Quantization", ["Digests", "Files", "JSON", "Kernels", "Quantization", "Tensors"]),
    tests("Graph", ["Graph", "Tensors"]),
    tests("IRFormat", ["Graph", "IRFormat", "Tensors"]),
    tests("Architectures", ["Architectures", "Graph", "JSON", "Tensors"]),
    tests("Tokenization", ["JSON", "Tokenization"]),
    tests("TokenizerImport", ["JSON", "Tokenization"]),
    tests("TokenizerIR", ["JSON", "Tokenization", "TokenizerIR"]),
    tests("ChatTemplates", ["ChatTemplates", "JSON", orderedCollections]),
    tests("Hub", ["Files", "Hub", "SystemSums", "Tensors", nioPosix] + nio),
    tests("Baking", ["Baking", "JSON", "Quantization", "SystemSums", "Tensors"]),
    tests("OpenVINO", ["OpenVINO"]),
    tests("LinearKernels", ["JSON", "LinearKernels"]),
    tests("Grammars", ["Generation", "Grammars", "JSON", "Tokenization"]),
    tests("Generation", ["Generation", "JSON", "ScriptedModels"]),
    tests("Serving", ["Generation", "Grammars", "JSON", "ScriptedService", "Serving", httpClient] + nio),
    tests(
      "Supervisor",
      [
        "ChatTemplates", "Files", "Generation", "JSON", "OpenVINO", "ScriptedModels", "Supervisor",
        "TokenizerIR",
        "Tokenization", "scripted-worker",
      ]),
    tests("Doctor", ["Doctor", "JSON"]),
    tests(
      "Calibration",
      [
        "Architectures", "Baking", "Calibration", "Checkpoints", "Graph", "IRFormat", "JSON", "OpenVINO",
        "Quantization", "Tensors",
      ]),
    tests(
      "Family",
      ["Architectures", "Checkpoints", "Graph", "IRFormat", "JSON", "OpenVINO", "Supervisor", "Tensors"]),
    tests(
      "EndToEnd",
      [
        "Digests", "Baking", "Calibration", "Checkpoints", "Files", "Generation", "JSON", "OpenVINO",
        "Quantization", "ScriptedModels", "Supervisor", "Tensors",
      ]),
  ],
  cxxLanguageStandard: .cxx17
)
