import Foundation
import JSON
import ScriptedService
import Serving
import Testing

/// What is written about the server elsewhere: its own description, and the dashboard.
@Suite struct DescriptionTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Every endpoint that is described is there, and takes the method that is described.
  @Test func describesWhatIsThere() async throws {
    try await TestServer.run { server in
      let description = try await server.get("/openapi.json").json
      #expect(description["openapi"] == "3.1.0")
      #expect(description["info"]?["version"] == "1.2.3")
      let paths = try #require(description["paths"]?.object)
      #expect(paths.count > 20)
      for (path, methods) in paths {
        let path = path.replacing("{model}", with: "test")
        for method in (methods.object ?? [:]).keys {
          let reply =
            method == "get" ? try await server.get(path) : try await server.post(path, ["stream": false])
          #expect(![404, 405, 501].contains(reply.status), "\(method) \(path)")
        }
      }
    }
  }

  /// Whatever the description refers to is in it.
  @Test func referencesLead() async throws {
    try await TestServer.run { server in
      let description = try await server.get("/openapi.json").json
      func check(_ json: JSON) {
        if let reference = json["$ref"]?.string {
          var found: JSON? = description
          for step in reference.dropFirst(2).split(separator: "/") { found = found?[String(step)] }
          #expect(found != nil, "\(reference)")
        }
        for value in json.object?.values.map(\.self) ?? json.array ?? [] { check(value) }
      }
      check(description)
    }
  }

  /// Every figure that the dashboard names is one of the server's.
  @Test func dashboardNamesFigures() async throws {
    let text = try String(contentsOf: Self.root.appending(path: "deploy/grafana.json"), encoding: .utf8)
    let dashboard = try JSON(parsing: text)
    var names: Set<String> = []
    for panel in dashboard["panels"]?.array ?? [] {
      for target in panel["targets"]?.array ?? [] {
        let expression = try #require(target["expr"]?.string)
        let found = expression.matches(of: /oven:[a-z0-9_]+/).map { String($0.output) }
        #expect(!found.isEmpty, "\(expression)")
        names.formUnion(found)
      }
    }
    #expect(names.count > 15)
    let named = names
    try await TestServer.run { server in
      _ = try await server.post("/v1/chat/completions", chat("Hi", ["stream": true]))
      _ = try await server.post("/v1/chat/completions", ["messages": []])
      let figures = try await server.get("/metrics").text
      let shown = Set(
        figures.split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
          String($0.prefix { $0 != "{" && $0 != " " })
        })
      #expect(named.subtracting(shown) == [])
    }
  }
}
