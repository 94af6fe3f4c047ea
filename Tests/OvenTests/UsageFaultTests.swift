import JSON
import Testing
import oven

/// The messages are those of ArgumentParser 1.x, as it prints them.
@Suite("What is wrong with a command line")
struct UsageFaultTests {
  @Test(arguments: [
    ("Error: Missing expected argument '<model>'", UsageFault.missing("<model>")),
    (
      "Error: Missing expected argument '--output-dir <output-dir>'",
      .missing("--output-dir <output-dir>")
    ),
    ("Missing value for '--seed <seed>'", .missingValue("--seed <seed>")),
    (
      "The value 'foo' is invalid for '--engine <engine>'. Please provide one of 'auto', 'paged' or 'stateful'.",
      .badValue("foo", of: "--engine <engine>", choices: ["auto", "paged", "stateful"])
    ),
    (
      "The value 'x' is invalid for '--style <style>'. Please provide one of the following:\n  - neural\n  - raw",
      .badValue("x", of: "--style <style>", choices: ["neural", "raw"])
    ),
    ("The value 'x' is invalid for '--top-k <top-k>'", .badValue("x", of: "--top-k <top-k>", choices: [])),
    (
      "The value 'x' is invalid for '--at <at>': no colon",
      .other(["The value 'x' is invalid for '--at <at>': no colon"])
    ),
    ("Error: Unexpected argument 'x'", .unexpected(["x"])),
    ("2 unexpected arguments: 'x', 'y z'", .unexpected(["x", "y z"])),
    ("Unknown option '-v'", .unknownOption("-v")),
    ("--cache-budget must be above 0", .other(["--cache-budget must be above 0"])), ("", .other([])),
  ])
  func messagesOfTheParser(_ message: String, _ fault: UsageFault) {
    #expect(UsageFault(parserMessage: message) == fault)
  }

  private let dump: JSON = [
    "command": [
      "commandName": "oven",
      "subcommands": [
        [
          "commandName": "run",
          "arguments": [
            [
              "kind": "positional", "valueName": "model", "isOptional": false, "abstract": "NPU or a folder.",
            ],
            [
              "kind": "option", "valueName": "engine", "isOptional": true, "abstract": "What keeps it.",
              "names": [["kind": "long", "name": "engine"]],
            ],
          ],
        ]
      ],
    ]
  ]

  @Test func wordsSayWhatWhyAndTheMend() throws {
    let page = try #require(HelpPage(dump: dump, path: ["run"]))
    var words = UsageFault.missing("<model>").words(page)
    #expect(words.what == "oven run needs MODEL" && words.why == "NPU or a folder")
    #expect(words.mend == "oven run MODEL [options]; oven run --help explains it")
    words = UsageFault.badValue("pagd", of: "--engine <engine>", choices: ["auto", "paged"]).words(page)
    #expect(words.what == "--engine cannot be pagd" && words.why == "it is one of auto, paged")
    #expect(words.mend == "did you mean paged?")
    words = UsageFault.missingValue("--engine <engine>").words(page)
    #expect(words.what == "--engine has no value" && words.why == "what keeps it")
    #expect(UsageFault.unknownOption("--engin").words(page).mend == "did you mean --engine?")
    #expect(
      UsageFault.unknownOption("- 2 + 3").words(page).mend == "put -- before it: oven run … -- \"- 2 + 3\"")
    #expect(
      UsageFault.unexpected(["a", "b"]).words(page).what == "oven run does not know what to do with a b")
  }
}
