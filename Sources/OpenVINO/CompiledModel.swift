import COpenVINO

/// A model as the code of one device.
///
/// `@unchecked Sendable`: `ov::CompiledModel` may be used by many threads at once; nothing here changes.
public final class CompiledModel: @unchecked Sendable {
  /// The runtime behind it.
  public let runtime: OpenVINORuntime
  let handle: OpaquePointer
  /// The inputs, in the order of their indices.
  public let inputs: [Port]
  /// The outputs, in the order of their indices.
  public let outputs: [Port]

  init(runtime: OpenVINORuntime, handle: OpaquePointer) throws(OpenVINOError) {
    self.runtime = runtime
    self.handle = handle
    do throws(OpenVINOError) {
      inputs = try Self.ports(runtime, handle, ovb_direction(OVB_INPUT))
      outputs = try Self.ports(runtime, handle, ovb_direction(OVB_OUTPUT))
    } catch {
      runtime.table.pointee.compiled_release(handle)
      throw error
    }
  }

  deinit {
    runtime.table.pointee.compiled_release(handle)
  }

  private static func ports(
    _ runtime: OpenVINORuntime, _ handle: OpaquePointer, _ direction: ovb_direction
  ) throws(OpenVINOError) -> [Port] {
    var ports: [Port] = []
    let count = try runtime.count("counting inputs or outputs") {
      runtime.table.pointee.compiled_port_count(handle, direction, $0)
    }
    for index in 0..<count {
      let (port, names) = try runtime.port("describing input or output \(index)") {
        runtime.table.pointee.compiled_port(handle, direction, index, $0, $1)
      }
      ports.append(Port(names: names, elementType: port.elementTypeName, shape: port.shape))
    }
    return ports
  }

  /// The index of the input that has a name.
  public func inputIndex(_ name: String) -> Int? { inputs.firstIndex { $0.names.contains(name) } }

  /// The index of the output that has a name.
  public func outputIndex(_ name: String) -> Int? { outputs.firstIndex { $0.names.contains(name) } }

  /// A property as text: "EXECUTION_DEVICES", "OPTIMAL_NUMBER_OF_INFER_REQUESTS", ...
  public func property(_ key: PropertyKey) throws(OpenVINOError) -> String {
    try runtime.strings("property \(key.rawValue)") {
      runtime.table.pointee.compiled_property(handle, key.rawValue, $0)
    }.first ?? ""
  }

  /// The graph that the device runs.
  public func operations() throws(OpenVINOError) -> [Operation] {
    let rows = try runtime.strings("listing the device's operations") {
      runtime.table.pointee.compiled_operations(handle, $0)
    }
    return Operation.read(rows)
  }

  /// Writes the blob, which `Core.importModel` loads again, into a new or emptied file.
  public func export(to path: String) throws(OpenVINOError) {
    try runtime.check(
      runtime.table.pointee.compiled_export(handle, path), "exporting a compiled model to \(path)")
  }

  /// Makes a request: the memory of one inference, with its own states.
  public func makeRequest() throws(OpenVINOError) -> InferRequest {
    let request = try runtime.make("making a request") { runtime.table.pointee.request_create(handle, $0) }
    return InferRequest(compiled: self, handle: request)
  }
}
