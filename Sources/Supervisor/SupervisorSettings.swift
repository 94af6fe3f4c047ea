import Errors

extension Setting {
  /// The device, or AUTO.
  package static let device: Setting = "ModelLoader.Request.device"
  /// What keeps the conversation.
  package static let engine: Setting = "ModelLoader.Request.engine"
  /// What computes products on a CPU.
  package static let cpuKernels: Setting = "ModelLoader.Request.cpuKernels"
  /// Whether the graphs of fixed shapes are run.
  package static let runsFixedShapes: Setting = "ModelLoader.Request.usesFixedShapes"
  /// The tokens of the longest prompt that a model is loaded for.
  package static let longestPrompt: Setting = "NPUProperties.promptLength"
  /// The tokens of the shortest answer that there is room for.
  package static let responseLength: Setting = "NPUProperties.responseLength"
  /// Where compiled models are kept.
  package static let cacheFolder: Setting = "CompiledModelCache.folder"
  /// A load that keeps nothing.
  package static let noCache: Setting = "ModelLoader.cache = nil"
  /// A load without a comparison with the CPU.
  package static let noCanary: Setting = "no Canary"
  /// Where prompts are kept.
  package static let prefixFolder: Setting = "PrefixStore.Place"
  /// A model that is computed without a worker.
  package static let inProcess: Setting = "no WorkerRunner"
  /// Where a model that was compiled ahead of time is written.
  package static let compiledFile: Setting = "AheadOfTime.compile(to:)"

  // What a model must have been baked with, as Baking names it.

  /// Where the baked folder goes.
  package static let bakedFolder: Setting = "BakeOptions.destination"
  /// Graphs of fixed shapes.
  package static let bakedShapes: Setting = "BakeOptions.staticShapes"
  /// Their tokens of a prompt.
  package static let bakedPromptLength: Setting = "StaticShapes.promptLength"
  /// Their tokens of a conversation.
  package static let bakedContextLength: Setting = "StaticShapes.contextLength"
  /// The type of the matrices.
  package static let bakedFormat: Setting = "RecipeRequest.weightFormat"
  /// The device that it is for.
  package static let bakedTarget: Setting = "RecipeRequest.target"
}
