import COpenVINO

/// The memory of one inference at a time, with its own states. Use from one thread at a time.
public final class InferRequest {
  /// What it runs.
  public let compiled: CompiledModel
  private let owner: Handle
  private var runtime: OpenVINORuntime { compiled.runtime }
  private var handle: OpaquePointer { owner.handle }

  init(compiled: CompiledModel, handle: OpaquePointer) {
    self.compiled = compiled
    owner = Handle(runtime: compiled.runtime, handle: handle)
  }

  /// Owns the C handle, shared by the request and its canceller.
  ///
  /// `@unchecked Sendable`: the only call that others than the request's thread make is the cancelling
  /// one, which OpenVINO allows from any thread.
  fileprivate final class Handle: @unchecked Sendable {
    let runtime: OpenVINORuntime
    let handle: OpaquePointer

    init(runtime: OpenVINORuntime, handle: OpaquePointer) {
      self.runtime = runtime
      self.handle = handle
    }

    deinit {
      runtime.table.pointee.request_release(handle)
    }
  }

  /// Stops a running request from another thread.
  public struct Canceller: Sendable {
    private let owner: Handle

    fileprivate init(owner: Handle) {
      self.owner = owner
    }

    /// Asks the device to stop; `infer` or `wait` then throws `.cancelled`. Nothing happens if none runs.
    public func cancel() {
      _ = owner.runtime.table.pointee.request_cancel(owner.handle)
    }
  }

  /// What other threads need to stop this request.
  public var canceller: Canceller { Canceller(owner: owner) }

  /// Feeds an input from a tensor's memory, where it is, now and in later runs.
  public func setInput(_ index: Int, _ tensor: Tensor) throws(OpenVINOError) {
    let status = runtime.table.pointee.request_set_tensor(
      handle, ovb_direction(OVB_INPUT), index, tensor.handle)
    try runtime.check(status, "setting input \(Self.name(compiled.inputs, index)) to \(tensor)")
  }

  /// Feeds an input by its name.
  public func setInput(_ name: String, _ tensor: Tensor) throws(OpenVINOError) {
    guard let index = compiled.inputIndex(name) else { throw missing("input", name, compiled.inputs) }
    try setInput(index, tensor)
  }

  /// Lets an output be written into a tensor's memory.
  public func setOutput(_ index: Int, _ tensor: Tensor) throws(OpenVINOError) {
    let status = runtime.table.pointee.request_set_tensor(
      handle, ovb_direction(OVB_OUTPUT), index, tensor.handle)
    try runtime.check(status, "setting output \(Self.name(compiled.outputs, index)) to \(tensor)")
  }

  /// The request's own tensor of an input.
  public func input(_ index: Int) throws(OpenVINOError) -> Tensor {
    let tensor = try runtime.make("taking input \(Self.name(compiled.inputs, index))") {
      runtime.table.pointee.request_tensor(handle, ovb_direction(OVB_INPUT), index, $0)
    }
    return Tensor(runtime: runtime, handle: tensor)
  }

  /// The tensor of an output, to be read before the next run.
  public func output(_ index: Int) throws(OpenVINOError) -> Tensor {
    let tensor = try runtime.make("taking output \(Self.name(compiled.outputs, index))") {
      runtime.table.pointee.request_tensor(handle, ovb_direction(OVB_OUTPUT), index, $0)
    }
    return Tensor(runtime: runtime, handle: tensor)
  }

  /// The tensor of an output by its name.
  public func output(_ name: String) throws(OpenVINOError) -> Tensor {
    guard let index = compiled.outputIndex(name) else { throw missing("output", name, compiled.outputs) }
    return try output(index)
  }

  private func missing(_ what: String, _ name: String, _ ports: [Port]) -> OpenVINOError {
    OpenVINOError(
      .badArgument, "the model has no \(what) \(name); it has \(ports.map(\.name).joined(separator: ", "))")
  }

  private static func name(_ ports: [Port], _ index: Int) -> String {
    ports.indices.contains(index) && !ports[index].names.isEmpty ? ports[index].name : "\(index)"
  }

  /// Runs and waits for the end.
  public func infer() throws(OpenVINOError) {
    try runtime.check(runtime.table.pointee.request_infer(handle), "running the model")
  }

  /// Starts a run, which `wait` ends.
  public func start() throws(OpenVINOError) {
    try runtime.check(runtime.table.pointee.request_start(handle), "starting the model")
  }

  /// Waits for the end of a run.
  ///
  /// - Parameter milliseconds: How long at most; without limit if `nil`.
  /// - Returns: Whether the run has ended.
  public func wait(milliseconds: Int? = nil) throws(OpenVINOError) -> Bool {
    var done: Int32 = 0
    let status = runtime.table.pointee.request_wait(
      handle, milliseconds.map { Int64(max(0, $0)) } ?? -1, &done)
    try runtime.check(status, "waiting for the model")
    return done != 0
  }

  /// The states, one for each variable.
  public func states() throws(OpenVINOError) -> [VariableState] {
    var count = 0
    try runtime.check(runtime.table.pointee.request_state_count(handle, &count), "listing states")
    var states: [VariableState] = []
    for index in 0..<count {
      let state = try runtime.make("taking state \(index)") {
        runtime.table.pointee.request_state(handle, index, $0)
      }
      states.append(try VariableState(runtime: runtime, handle: state))
    }
    return states
  }

  /// Empties all states.
  public func resetStates() throws(OpenVINOError) {
    try runtime.check(runtime.table.pointee.request_reset_states(handle), "resetting the states")
  }
}
