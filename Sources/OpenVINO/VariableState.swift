import COpenVINO

/// The value of a variable between the runs of a request. Belongs to the request's thread.
public final class VariableState {
  private let runtime: OpenVINORuntime
  private let handle: OpaquePointer
  /// The variable's identity.
  public let name: String

  init(runtime: OpenVINORuntime, handle: OpaquePointer) throws(OpenVINOError) {
    self.runtime = runtime
    self.handle = handle
    do throws(OpenVINOError) {
      name =
        try runtime.strings("asking a state for its name") {
          runtime.table.pointee.state_name(handle, $0)
        }.first ?? ""
    } catch {
      runtime.table.pointee.state_release(handle)
      throw error
    }
  }

  deinit {
    runtime.table.pointee.state_release(handle)
  }

  /// The value. A plugin that keeps it packed (the CPU's u8 key-value cache) unpacks a copy.
  public func tensor() throws(OpenVINOError) -> Tensor {
    let tensor = try runtime.make("reading state \(name)") {
      runtime.table.pointee.state_tensor(handle, $0)
    }
    return Tensor(runtime: runtime, handle: tensor)
  }

  /// Sets the value; the tensor's bytes are copied or packed.
  public func set(_ tensor: Tensor) throws(OpenVINOError) {
    try runtime.check(
      runtime.table.pointee.state_set_tensor(handle, tensor.handle), "setting state \(name) to \(tensor)")
  }

  /// Back to the initial value.
  public func reset() throws(OpenVINOError) {
    try runtime.check(runtime.table.pointee.state_reset(handle), "resetting state \(name)")
  }
}
