import COpenVINO

/// A model as read from a file, not yet made for a device. Use from one thread at a time.
public final class Model {
  let runtime: OpenVINORuntime
  let handle: OpaquePointer

  init(runtime: OpenVINORuntime, handle: OpaquePointer) {
    self.runtime = runtime
    self.handle = handle
  }

  deinit {
    runtime.table.pointee.model_release(handle)
  }

  /// A copy of the graph; weights are shared.
  public func clone() throws(OpenVINOError) -> Model {
    let copy = try runtime.make("copying a model") { runtime.table.pointee.model_clone(handle, $0) }
    return Model(runtime: runtime, handle: copy)
  }

  /// Writes the model as IR.
  public func serialize(xml: String, weights: String) throws(OpenVINOError) {
    try runtime.check(runtime.table.pointee.model_serialize(handle, xml, weights), "writing \(xml)")
  }

  /// The inputs, in the order of their indices.
  public func inputs() throws(OpenVINOError) -> [Port] { try ports(ovb_direction(OVB_INPUT)) }

  /// The outputs, in the order of their indices.
  public func outputs() throws(OpenVINOError) -> [Port] { try ports(ovb_direction(OVB_OUTPUT)) }

  private func ports(_ direction: ovb_direction) throws(OpenVINOError) -> [Port] {
    var ports: [Port] = []
    let count = try runtime.count("counting inputs or outputs") {
      runtime.table.pointee.model_port_count(handle, direction, $0)
    }
    for index in 0..<count {
      let (port, names) = try runtime.port("describing input or output \(index)") {
        runtime.table.pointee.model_port(handle, direction, index, $0, $1)
      }
      ports.append(Port(names: names, elementType: port.elementTypeName, shape: port.shape))
    }
    return ports
  }

  /// The variables of a stateful model; none if the model has no state.
  public func variables() throws(OpenVINOError) -> [Variable] {
    var variables: [Variable] = []
    let count = try runtime.count("counting variables") {
      runtime.table.pointee.model_variable_count(handle, $0)
    }
    for index in 0..<count {
      let (port, names) = try runtime.port("describing variable \(index)") {
        runtime.table.pointee.model_variable(handle, index, $0, $1)
      }
      variables.append(
        Variable(identity: names.first ?? "", elementType: port.elementTypeName, shape: port.shape))
    }
    return variables
  }

  /// Gives inputs new shapes, by tensor name; the others keep theirs.
  public func reshape(_ shapes: [String: [Dimension]]) throws(OpenVINOError) {
    let ordered = shapes.sorted { $0.key < $1.key }
    var ports: [ovb_port] = []
    for (_, shape) in ordered { ports.append(try ovb_port(shape: shape)) }
    let status = withCStrings(ordered.map(\.key)) { names in
      ports.withUnsafeBufferPointer { ports in
        ports.baseAddress.map { runtime.table.pointee.model_reshape(handle, names, $0, ports.count) }
          ?? ovb_status(OVB_OK)
      }
    }
    try runtime.check(status, "reshaping \(ordered.map(\.key).joined(separator: ", "))")
  }

  /// A value of the model's runtime information, such as `["nncf", "weight_compression", "mode"]`.
  public func information(_ path: [String]) throws(OpenVINOError) -> String? {
    try runtime.strings("reading rt_info \(path.joined(separator: "/"))") { out in
      withCStrings(path) { runtime.table.pointee.model_information(handle, $0, path.count, out) }
    }.first
  }

  /// Sets a value of the model's runtime information.
  public func setInformation(_ value: String, at path: [String]) throws(OpenVINOError) {
    let status = withCStrings(path) {
      runtime.table.pointee.model_set_information(handle, $0, path.count, value)
    }
    try runtime.check(status, "setting rt_info \(path.joined(separator: "/"))")
  }

  /// The operations, each after those that it uses.
  public func operations() throws(OpenVINOError) -> [Operation] {
    let rows = try runtime.strings("listing operations") {
      runtime.table.pointee.model_operations(handle, $0)
    }
    return Operation.read(rows)
  }
}

extension Model {
  /// Lets output 0, the logits, be computed for the last token only: [batch, tokens, vocabulary] becomes
  /// [batch, 1, vocabulary] ([1, 1, vocabulary] of a model with paged attention), and a prompt costs one row of the head instead of one for each token.
  ///
  /// - Returns: Whether the head was recognised. If not, the model is as it was.
  public func keepLastTokenOnly() throws(OpenVINOError) -> Bool {
    var applied: Int32 = 0
    try runtime.check(
      runtime.table.pointee.model_slice_last_token(handle, &applied), "cutting the logits to the last token")
    return applied != 0
  }

  /// The input that `gatherSampledRows` adds, as OpenVINO GenAI calls it.
  package static let sampledRows = "sampled_tokens_indices"

  /// Lets a model with paged attention compute logits of chosen tokens only: an input, `sampledRows`, says of which,
  /// and the logits become [rows, 1, vocabulary].
  ///
  /// - Returns: Whether the head was recognised. If not, the model is as it was.
  package func gatherSampledRows() throws(OpenVINOError) -> Bool {
    var applied: Int32 = 0
    try runtime.check(
      runtime.table.pointee.model_gather_rows(handle, &applied), "cutting the logits to chosen tokens")
    return applied != 0
  }

  /// Makes one product of those that read the same input with weights of the same kind, such as queries, keys and values.
  /// Their weights are copied. To be done after `convertToPagedAttention`.
  ///
  /// - Returns: How many became parts of others.
  package func mergeProjections() throws(OpenVINOError) -> Int {
    var count = 0
    try runtime.check(
      runtime.table.pointee.model_merge_projections(handle, &count), "merging products of the same input")
    return count
  }

  /// Lets operations of ours compute the products with compressed weights, on a CPU: the weights stay where
  /// `Core.provideWeights` mapped them, and a blob of the compiled model does not hold them. To be done last, since
  /// OpenVINO's own passes do not know the operations.
  ///
  /// - Parameters:
  ///   - identity: The name that the weights were provided under.
  ///   - isExact: Whether activations stay in 32 bits. Otherwise they are rounded to 8, in groups of 32.
  ///   - ownAttention: Whether attention over pages is ours, too, which keeps keys and values as bf16 (in blocks that are
  ///     bytes to OpenVINO).
  package func placeWeights(
    _ identity: String, isExact: Bool, ownAttention: Bool
  ) throws(OpenVINOError) -> PlacedWeights {
    var counts = [0, 0, 0]
    _ = try runtime.strings("placing weights") { out in
      runtime.table.pointee.model_place_weights(
        handle, identity, isExact ? 1 : 0, ownAttention ? 1 : 0, &counts, out)
    }
    return PlacedWeights(count: counts[0], bytes: counts[1], otherBytes: counts[2])
  }

  /// What `placeWeights` replaced.
  package struct PlacedWeights: Sendable, Hashable {
    /// Products and embeddings; none where the weights are of other kinds.
    package let count: Int
    /// The bytes of their codes.
    package let bytes: Int
    /// The bytes of the constants that are left to the plugin, scales that were placed not among them.
    package let otherBytes: Int

    /// Whether nearly all that a token is computed with was placed: at least nine tenths.
    package var isNearlyAll: Bool { count > 0 && otherBytes <= bytes / 9 }
  }

  /// What the paged model should offer besides attention over pages.
  public struct PagedAttentionOptions: Sendable, Hashable {
    /// One `block_indices` input a layer.
    public var blockIndicesPerLayer = false
    /// Attention scores as outputs.
    public var scoreOutputs = false
    /// Inputs for the rotation of cached keys.
    public var cacheRotation = false

    /// Makes options with none of them.
    public init() {}
  }

  /// Replaces attention with OpenVINO's PagedAttention (`ov::pass::SDPAToPagedAttention`): variables,
  /// `attention_mask` and `beam_idx` go, inputs for cache pages come, and tokens of many sequences follow
  /// each other in one axis.
  public func convertToPagedAttention(_ options: PagedAttentionOptions = .init()) throws(OpenVINOError) {
    let status = runtime.table.pointee.model_paged_attention(
      handle, options.blockIndicesPerLayer ? 1 : 0, options.scoreOutputs ? 1 : 0,
      options.cacheRotation ? 1 : 0)
    try runtime.check(status, "converting to paged attention")
  }
}
