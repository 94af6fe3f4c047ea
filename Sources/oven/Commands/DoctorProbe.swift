import Doctor
import Files
import Foundation
import JSON
import OpenVINO

/// Asks OpenVINO in this process about itself and its devices.
struct OpenVINOProbe: RuntimeProbe {
  func facts() -> RuntimeFacts {
    var facts = RuntimeFacts()
    do throws(OpenVINOError) {
      let found = try OpenVINORuntime.locate()
      facts.library = found.library
      facts.origin = found.origin
      let core = try Core()
      facts.version = core.runtime.version
      let names = try core.devices()
      facts.devices = names.map { Self.device($0, core) }
      for kind in ["CPU", "GPU", "NPU"] where facts.devices(of: kind).isEmpty {
        do throws(OpenVINOError) {
          // This loads the plugin, which says why if it cannot be.
          _ = try core.versions(of: kind)
        } catch {
          facts.pluginFailures[kind] = Self.firstLine(error.message)
        }
      }
    } catch {
      facts.problem = error.message
      facts.mend = error.mend
    }
    return facts
  }

  private static func device(_ name: String, _ core: Core) -> RuntimeFacts.Device {
    func ask(_ key: String) -> String? {
      guard let value = try? core.property(PropertyKey(rawValue: key), of: name), !value.isEmpty else {
        return nil
      }
      return value
    }
    let isNPU = name.hasPrefix("NPU")
    return RuntimeFacts.Device(
      name: name, fullName: ask("FULL_DEVICE_NAME") ?? "", architecture: ask("DEVICE_ARCHITECTURE"),
      driverVersion: isNPU ? ask("NPU_DRIVER_VERSION") : nil,
      compilerVersion: isNPU ? ask("NPU_COMPILER_VERSION") : nil)
  }

  private static func firstLine(_ text: String) -> String {
    // The runtime puts the place in its sources first.
    let lines = text.split(separator: "\n").map(String.init)
    return lines.last { !$0.hasPrefix("Exception from") && !$0.hasPrefix("Check '") } ?? text
  }
}

/// Asks OpenVINO in a process of its own: a driver that crashes or hangs is what the doctor is there to find.
///
/// Looking for devices compiles nothing, but starts drivers, and each OpenCL driver of other makers that is installed.
/// Public reports: 2 s for an NPU's plugin, 3 to 4 s for a laptop's sleeping GPU, 10 s for an integrated one on a cold
/// start, and 20 s, the longest, for a driver beside the one that was wanted. So it is said after five seconds that this
/// goes on, and three times the longest is waited for before it counts as a hang.
struct ChildRuntimeProbe: RuntimeProbe {
  static let flag = "probe-runtime"
  private static let unremarkable = 5.0
  private static let patience = 60.0
  private static let driversMend =
    "Mostly a driver's library is to blame: see the sections below, and update the drivers."

  func facts() -> RuntimeFacts {
    var facts = RuntimeFacts()
    do throws(OpenVINOError) {
      let found = try OpenVINORuntime.locate()
      facts = RuntimeFacts(library: found.library, origin: found.origin)
    } catch {
      return RuntimeFacts(problem: error.message, mend: error.mend)
    }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["doctor", "--\(Self.flag)"]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do { try process.run() } catch { return OpenVINOProbe().facts() }
    let start = DispatchTime.now()
    var hasEnded = ended.wait(timeout: start + Self.unremarkable) == .success
    if !hasEnded {
      Terminal.error.line(
        "OpenVINO is still looking for devices: a GPU that sleeps, or a driver's first start, takes up to half a minute"
      )
      hasEnded = ended.wait(timeout: start + Self.patience) == .success
    }
    guard hasEnded else {
      Processes.end(process.processIdentifier)
      facts.isSlow = true
      return facts
    }
    // A few kilobytes, which the pipe holds until they are read.
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let status = process.terminationStatus
    switch process.terminationReason {
    case .exit where status == ExitStatus.tryAgain.rawValue:
      facts.problem = "no more threads can be begun"
      facts.mend = "Raise the limit (ulimit -u), or end other programs."
    case .exit:
      if let json = try? JSON(parsing: text) { return RuntimeFacts(json: json) }
      facts.problem = "it ended while looking for devices (exit code \(status))"
      facts.mend = Self.driversMend
    default:
      facts.problem = "it crashed while looking for devices (signal \(status))"
      facts.mend = Self.driversMend
    }
    return facts
  }
}
