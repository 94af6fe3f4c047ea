import COpenVINO

/// OpenVINO's core: devices, their properties, and the reading and compiling of models.
///
/// `@unchecked Sendable`: `ov::Core` may be used by many threads at once, and the handle never changes.
public final class Core: @unchecked Sendable {
  /// The runtime behind it.
  public let runtime: OpenVINORuntime
  let handle: OpaquePointer

  /// Makes a core; finds and loads the runtime if need be.
  public convenience init() throws(OpenVINOError) {
    try self.init(runtime: OpenVINORuntime.shared())
  }

  /// Makes a core of a runtime.
  public init(runtime: OpenVINORuntime) throws(OpenVINOError) {
    self.runtime = runtime
    handle = try runtime.make("making OpenVINO's core", runtime.table.pointee.core_create)
  }

  deinit {
    runtime.table.pointee.core_release(handle)
  }

  /// The devices whose plugins load and find hardware: "CPU", "GPU.0", "NPU".
  public func devices() throws(OpenVINOError) -> [String] {
    try runtime.strings("listing devices") { runtime.table.pointee.core_devices(handle, $0) }
  }

  /// A plugin's name and build.
  public struct PluginVersion: Sendable, Hashable {
    /// What the plugin calls itself.
    public var description: String
    /// Its build number.
    public var build: String
  }

  /// The plugins behind a device; one, or several for devices such as "HETERO:GPU,CPU".
  public func versions(of device: String) throws(OpenVINOError) -> [PluginVersion] {
    let rows = try runtime.strings("asking for the plugin of \(device)") {
      runtime.table.pointee.core_versions(handle, device, $0)
    }
    return stride(from: 0, to: rows.count - 1, by: 2).map {
      PluginVersion(description: rows[$0], build: rows[$0 + 1])
    }
  }

  /// The value of a device's property as text. Throws where the plugin does not load or does not know it.
  public func property(_ key: PropertyKey, of device: String) throws(OpenVINOError) -> String {
    let rows = try runtime.strings("property \(key.rawValue) of \(device)") {
      runtime.table.pointee.core_property(handle, device, key.rawValue, $0)
    }
    return rows.first ?? ""
  }

  /// Sets properties of a device for everything compiled later.
  public func setProperties(_ properties: Properties, of device: String) throws(OpenVINOError) {
    let status = properties.withTable {
      runtime.table.pointee.core_set_properties(handle, device, $0, $1)
    }
    try runtime.check(status, "setting \(properties.sorted.joined(separator: ", ")) of \(device)")
  }

  /// Loads a library of custom operations, such as that of openvino_tokenizers.
  public func addExtension(_ path: String) throws(OpenVINOError) {
    try runtime.check(runtime.table.pointee.core_add_extension(handle, path), "loading \(path)")
  }

  /// Lets blobs of models with paged attention be imported. Without this the CPU refuses what it has written, since
  /// a blob does not tell the sizes of attention heads. May be called any number of times.
  public func readPagedBlobs() throws(OpenVINOError) {
    try runtime.check(
      runtime.table.pointee.core_read_paged_blobs(handle), "preparing for blobs with paged attention")
  }

  /// The names of those operations of a model that a device says it can run.
  public func operations(
    of model: Model, supportedBy device: String, properties: Properties = [:]
  ) throws(OpenVINOError) -> Set<String> {
    let rows = try runtime.strings("asking \(device) what it can run") { out in
      properties.withTable {
        runtime.table.pointee.core_supported(handle, model.handle, device, $0, $1, out)
      }
    }
    return Set(rows)
  }

  /// Reads a model from an IR file; its weights stay in the mapped file.
  ///
  /// - Parameter weights: The `.bin` file, where it is not the one beside the XML.
  public func readModel(_ xml: String, weights: String? = nil) throws(OpenVINOError) -> Model {
    let model = try runtime.make("reading \(xml)") { out in
      runtime.table.pointee.model_read(handle, xml, weights, out)
    }
    return Model(runtime: runtime, handle: model)
  }

  /// Maps a model's weights for the operations that `Model.placeWeights` makes, also for those of blobs that are
  /// imported later. The file stays mapped as long as the process lives, or until it is withdrawn.
  ///
  /// - Parameters:
  ///   - path: The `.bin` file; it must not change.
  ///   - identity: The sum of the model that it belongs to.
  package func provideWeights(_ path: String, as identity: String) throws(OpenVINOError) {
    try runtime.check(
      runtime.table.pointee.core_provide_weights(handle, identity, path), "mapping \(path)")
  }

  /// Forgets weights that were provided; the file is unmapped with the last operation that reads it. To be done when
  /// no model that was read over them is left.
  package func withdrawWeights(_ identity: String) {
    runtime.table.pointee.core_withdraw_weights(handle, identity)
  }

  /// Reads a model from an IR file, over weights that were provided.
  package func readModel(_ xml: String, providedWeights identity: String) throws(OpenVINOError) -> Model {
    let model = try runtime.make("reading \(xml)") { out in
      runtime.table.pointee.model_read_provided(handle, xml, identity, out)
    }
    return Model(runtime: runtime, handle: model)
  }

  /// Reads a model from the text of an IR file and a tensor of its weights, which it shares.
  public func readModel(xmlText: String, weights: Tensor? = nil) throws(OpenVINOError) -> Model {
    var text = xmlText
    let model = try runtime.make("reading a model from memory") { out in
      text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { text in
          text.baseAddress.map {
            runtime.table.pointee.model_read_memory(handle, $0, text.count, weights?.handle, out)
          } ?? ovb_status(OVB_OK)
        }
      }
    }
    return Model(runtime: runtime, handle: model)
  }

  /// Translates a model into the code of a device. May take minutes on an NPU.
  public func compile(
    _ model: Model, for device: String, properties: Properties = [:]
  ) throws(OpenVINOError) -> CompiledModel {
    let compiled = try runtime.make("compiling for \(device)") { out in
      properties.withTable { runtime.table.pointee.compile(handle, model.handle, device, $0, $1, out) }
    }
    return try CompiledModel(runtime: runtime, handle: compiled)
  }

  /// Loads what `CompiledModel.export` wrote, on the same device with the same driver and runtime.
  ///
  /// - Parameter blob: Its bytes; a mapped file (`Tensor(mapping:)`) is read only where it is needed.
  public func importModel(
    _ blob: Tensor, for device: String, properties: Properties = [:]
  ) throws(OpenVINOError) -> CompiledModel {
    let compiled = try runtime.make("importing a blob for \(device)") { out in
      properties.withTable {
        runtime.table.pointee.compiled_import(handle, blob.handle, device, $0, $1, out)
      }
    }
    return try CompiledModel(runtime: runtime, handle: compiled)
  }
}
