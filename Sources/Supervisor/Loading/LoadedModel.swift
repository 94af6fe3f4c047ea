import OpenVINO

/// A model that a device is ready to run.
package struct LoadedModel: Sendable {
  /// The code.
  package var compiled: CompiledModel
  /// What runs it.
  let recipe: any EngineRecipe
  /// The same for steps of few tokens, where another form is faster for them.
  package var few: CompiledModel?
  /// How it came to be.
  package var report: LoadReport
  /// Its properties, ours and the user's.
  package var properties: Properties
  /// Its files.
  package var folder: ModelFolder
  /// The lengths that it was made for, if NPUW runs it.
  package var npu: NPUProperties?
  /// Where it is in the cache, if it is there.
  package var entryFolder: String?
}

/// The fixed-shape graphs of a model on one device.
package struct StaticModel: Sendable {
  /// One of the graphs, in its two parts.
  package struct Parts: Sendable {
    /// What the device computes.
    package var device: LoadedModel
    /// What the CPU computes for it: embeddings, masks, angles.
    package var host: LoadedModel
  }

  /// The model's folder.
  package var folder: ModelFolder
  /// Computes a prompt.
  package var prefill: Parts
  /// Compute one token more, each for conversations of another length, the shortest first; at least one.
  package var decodes: [Parts]
  /// How all came to be.
  package var report: LoadReport
}
