import ArgumentParser
import Doctor
import Foundation
import Hub

/// `oven doctor`: what keeps models from running well on this machine, and what to do about it.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Look at OpenVINO, processor, GPU, NPU and folders, and say what is wrong and how to mend it.",
    discussion: """
      Reads only, and needs no rights. Ends with 0 where all that the machine has works, otherwise with 69.

        oven doctor
        oven doctor --json
      """)

  @Flag(help: "Print the findings as JSON to stdout.") var json = false

  @Option(help: "The folder of compiled models (also CACHE_DIR).", completion: .directory)
  var cacheDir: String?

  @Option(help: "The folder that models are baked into.", completion: .directory)
  var outputDir = "./models"

  /// What the probe's own process is asked to do.
  @Flag(name: .customLong(ChildRuntimeProbe.flag), help: .hidden) var isProbe = false

  func run() throws {
    if isProbe {
      Terminal.output.line(OpenVINOProbe().facts().json.serialized(.compact))
      return
    }
    let variables = ProcessInfo.processInfo.environment
    let machine = Machine(
      files: DiskTree(), user: .current, variables: variables,
      currentFolder: FileManager.default.currentDirectoryPath)
    let doctor = Doctor(machine: machine, runtime: ChildRuntimeProbe(), folders: folders(variables))
    let diagnosis = doctor.examine()
    if json {
      Terminal.output.line(diagnosis.json.serialized(.pretty))
    } else {
      Terminal.output.rows(diagnosis.lines(style: Self.styled))
    }
    if diagnosis.hasFailures { throw ExitCode(ExitStatus.unavailable.rawValue) }
  }

  /// The folders that the program writes into. The sizes: one model each, of seven billion parameters.
  private func folders(_ variables: [String: String]) -> [Doctor.Folder] {
    let cache = CachePlace(option: cacheDir, folders: UserFolders(variables)).folder
    let hub = HubConfiguration.fromEnvironment(variables).cacheFolder
    return [
      Doctor.Folder(
        "compiled models", path: cache, wantedSpace: 10_000_000_000, option: "--cache-dir or CACHE_DIR"),
      Doctor.Folder("baked models", path: outputDir, wantedSpace: 6_000_000_000, option: "--output-dir"),
      Doctor.Folder("downloads", path: hub, wantedSpace: 20_000_000_000, option: "HF_HUB_CACHE"),
    ]
  }

  private static func styled(_ text: String, _ color: ScreenColor) -> String {
    let style: Terminal.Style =
      switch color {
      case .green: .green
      case .yellow: .yellow
      case .red: .red
      case .dim: .dim
      case .bold: .bold
      }
    return Terminal.output.styled(text, style)
  }
}
