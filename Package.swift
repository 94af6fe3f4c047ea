// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "oven",
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0")
  ],
  targets: [
    .target(name: "JSON", dependencies: [.product(name: "OrderedCollections", package: "swift-collections")]),
    .target(name: "Tensors"),
    .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    .testTarget(name: "TensorsTests", dependencies: ["Tensors"]),
  ]
)
