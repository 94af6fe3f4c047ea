import Generation
import JSON
import Testing

@Suite("Options of generation")
struct ConfigTests {
  @Test("names and defaults are those of transformers")
  func files() throws {
    let file = try JSON(
      parsing: """
        {"bos_token_id": 1, "eos_token_id": [128001, 128009], "do_sample": true, "temperature": 0.6, "top_p": 0.9,
         "top_k": null, "repetition_penalty": 1.05, "max_length": 4096, "suppress_tokens": [5], "transformers_version": "4"}
        """)
    let config = try GenerationConfig(
      try GenerationOptions(generationConfig: file, modelConfig: ["eos_token_id": 2]))
    #expect(config.eosTokenIDs == [128001, 128009, 2])
    #expect(config.sampling.isSampling)
    #expect(config.sampling.temperature == 0.6)
    #expect(config.sampling.topK == 50)
    #expect(config.sampling.topP == 0.9)
    #expect(config.sampling.repetitionPenalty == 1.05)
    #expect(config.sampling.logitBias == [5: -.infinity])
    #expect(config.maxNewTokens == nil)
    #expect(!(try GenerationConfig()).sampling.isSampling)
  }

  @Test func endTokensComeFromTheModelsConfigurationToo() throws {
    #expect(try GenerationOptions(generationConfig: nil, modelConfig: ["eos_token_id": 2]).eosTokenIDs == [2])
    #expect(
      try GenerationOptions(generationConfig: ["top_k": 3], modelConfig: ["eos_token_id": [2, 3]]).eosTokenIDs
        == [2, 3])
    let nested: JSON = ["text_config": ["eos_token_id": 9]]
    #expect(try GenerationOptions(generationConfig: nil, modelConfig: nested).eosTokenIDs == [9])
    #expect(try GenerationOptions(generationConfig: nil).eosTokenIDs == nil)
  }

  @Test func entriesOfTheWrongTypeAreNamed() {
    for (name, value) in [("temperature", "hot"), ("top_k", 1.5), ("do_sample", 1), ("eos_token_id", ["a"])]
      as [(String, JSON)]
    {
      let error = #expect(throws: GenerationError.self) {
        try GenerationOptions(generationConfig: .object([name: value]))
      }
      #expect(error?.code == .badFile)
      #expect(error?.message.contains(name) == true)
    }
  }

  @Test("values outside of the legal range are refused by name")
  func ranges() {
    let cases: [(String, (inout GenerationOptions) -> Void)] = [
      ("temperature", { $0.temperature = -1 }), ("temperature", { $0.temperature = .infinity }),
      ("top_k", { $0.topK = -1 }),
      ("top_p", { $0.topP = 1.5 }), ("top_p", { $0.topP = .nan }), ("min_p", { $0.minP = -0.1 }),
      ("typical_p", { $0.typicalP = 0 }),
      ("repetition_penalty", { $0.repetitionPenalty = 0 }), ("presence_penalty", { $0.presencePenalty = 3 }),
      ("frequency_penalty", { $0.frequencyPenalty = -3 }), ("max_new_tokens", { $0.maxNewTokens = 0 }),
      ("min_new_tokens", { $0.minNewTokens = -1 }), ("stop string", { $0.stopStrings = [""] }),
      ("logit_bias", { $0.logitBias = [1: .nan] }),
      ("logit_bias", { $0.logitBias = [-1: 0] }), ("eos_token_id", { $0.eosTokenIDs = [-1] }),
      ("min_new_tokens", { ($0.minNewTokens, $0.maxNewTokens) = (5, 4) }),
    ]
    for (name, change) in cases {
      var options = GenerationOptions()
      change(&options)
      let error = #expect(throws: GenerationError.self) { try GenerationConfig(options) }
      #expect(error?.code == .badOption)
      #expect(error?.message.contains(name) == true, "\(name): \(error?.message ?? "")")
      #expect(error?.mend.isEmpty == false)
    }
  }

  @Test("whoever names a way to sample samples")
  func merging() throws {
    var file = GenerationOptions()
    file.temperature = 0.6
    file.topK = 20
    var user = GenerationOptions()
    user.topP = 0.5
    let merged = file.merged(with: user)
    #expect(merged.temperature == 0.6 && merged.topK == 20 && merged.topP == 0.5 && merged.doSample == true)
    #expect(file.merged(with: .init()).doSample == nil)
    file.doSample = true
    var greedy = GenerationOptions()
    greedy.temperature = 0
    #expect(!(try GenerationConfig(file.merged(with: greedy))).sampling.isSampling)
    user.doSample = false
    #expect(file.merged(with: user).doSample == false)
  }
}
