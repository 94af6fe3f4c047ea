import JSON
import Testing
import oven

@Suite("Help")
struct HelpTests {
  private let dump: JSON = [
    "command": [
      "commandName": "oven", "abstract": "Bake and run.",
      "subcommands": [
        ["commandName": "help", "abstract": "Show help."],
        ["commandName": "secret", "abstract": "x", "shouldDisplay": false],
        [
          "commandName": "run",
          "abstract": "Ask a model, wherever it is, and show what it says as it comes in.",
          "discussion":
            "A paragraph whose lines\nend where the source ends them.\n\n  oven run a \"b\"\n  oven run c\n\nMore.",
          "arguments": [
            ["kind": "positional", "valueName": "model", "isOptional": false, "abstract": "The model."],
            [
              "kind": "option", "valueName": "device", "isOptional": true, "sectionTitle": "Device",
              "defaultValue": "AUTO", "abstract": "Where it runs: NPU, GPU, CPU or what OpenVINO names.",
              "names": [["kind": "long", "name": "device"], ["kind": "short", "name": "d"]],
            ],
          ],
        ],
      ],
    ]
  ]

  @Test func paragraphsAreWrappedOnceAndExamplesAreNot() throws {
    let page = try #require(HelpPage(dump: dump, path: ["run"]))
    #expect(page.usage == "oven run MODEL [options]")
    #expect(
      page.blocks == [
        .paragraph("A paragraph whose lines end where the source ends them."),
        .example(["oven run a \"b\"", "oven run c"]), .paragraph("More."),
      ])
    for width in [40, 60, 80, 200] {
      let lines = HelpScreen(page, width: width).lines
      #expect(lines.allSatisfy { $0.count <= width }, "\(width)")
      #expect(lines.contains("  oven run a \"b\""))
      #expect(
        lines.joined(separator: " ").split(separator: " ").joined(separator: " ").contains("(default: AUTO)"))
    }
    #expect(
      HelpScreen(page, width: 200).lines.contains(
        "  -d, --device <device>     Where it runs: NPU, GPU, CPU or what OpenVINO names. (default: AUTO)"))
  }

  @Test func verbsAreGrouped() throws {
    let page = try #require(HelpPage(dump: dump, path: []))
    #expect(page.verbs.map(\.name) == ["run"])
    let lines = HelpScreen(page, groups: [("look", ["show"]), ("run", ["run"])], width: 80).lines
    #expect(lines.contains("run") && !lines.contains("look") && !lines.contains { $0.contains("secret") })
    #expect(HelpPage.path(in: ["--x", "help", "run", "list"], dump: dump) == ["run"])
    #expect(HelpPage(dump: dump, path: ["nothing"]) == nil)
  }

  @Test func manualPagesHaveNoCommandsOfRoffInTheirText() throws {
    let page = try #require(HelpPage(dump: dump, path: ["run"]))
    let text = ManualPage(page, version: "1.0", others: ["oven"]).text
    #expect(text.hasPrefix(".TH \"OVEN-RUN\" 1 \"\" \"Oven 1.0\""))
    #expect(
      text.contains("\\-d, \\-\\-device <device>") && text.contains(".nf\noven run a \"b\"\noven run c\n.fi"))
    #expect(text.contains(".BR oven (1)"))
  }
}
