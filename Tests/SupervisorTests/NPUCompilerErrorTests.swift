import Supervisor
import Testing

/// The words are those of OpenVINO 2026.4's plugin compiler, as `make verify-npu` gets them.
@Suite struct NPUCompilerErrorTests {
  @Test func theCompilersOwnLineIsFoundInItsLog() {
    let error = NPUCompilerError(
      """
      Exception from src/inference/src/cpp/core.cpp:120:
      Exception from src/plugins/intel_npu/src/compiler_adapter/src/compiler_impl.cpp:323:
      \u{1B}[31m[ERROR] 16:14:10.573 [vpux-compiler] UnrollPermuteDMA Pass failed : The size of merged sub output \
      shape [256, 64] is not equal to 3\u{1B}[0m
      Compilation failed. vclAllocatedExecutableCreate4 result: 0x78000004 - [NPU_VCL] Compiler returned msg:
      Compilation failed


      """)
    #expect(
      error.line
        == "UnrollPermuteDMA Pass failed : The size of merged sub output shape [256, 64] is not equal to 3")
    #expect(error.mend.description.contains("bake again"))
  }

  @Test func theReasonCountsAndNotThatAPassHasFailed() {
    let error = NPUCompilerError(
      """
      [ERROR] 19:25:03.347 [feasible-memory-scheduler-allocator]     readyDataOp: opIdx: 798, size demand: 2048
      [ERROR] 19:25:03.499 [vpux-compiler] FeasibleAllocation Pass failed : Scheduler failure, cannot schedule anything \
      and there is no buffer to spill
      [ERROR] 19:25:03.499 [vpux-compiler] Failed Pass FeasibleAllocation on Operation loc(fused<{name = "main", type = \
      "Func"}>["main"])
      """)
    #expect(
      error.line
        == "FeasibleAllocation Pass failed : Scheduler failure, cannot schedule anything and there is no "
        + "buffer to spill")
    #expect(error.mend.description.contains("NPUProperties.promptLength"))
  }

  @Test func withoutALogTheLastWordCounts() {
    let error = NPUCompilerError(
      """
      Exception from src/inference/src/dev/plugin.cpp:54:
      Check 'unregistered_parameters.str().empty()' failed at src/core/src/model.cpp:60:
      Model references undeclared parameters: opset1::Parameter Parameter_5726 () -> (f16[1,2,1,64])

      """)
    #expect(
      error.line
        == "Model references undeclared parameters: opset1::Parameter Parameter_5726 () -> (f16[1,2,1,64])")
    #expect(error.mend.description.contains("Request.usesFixedShapes"))
  }

  @Test(arguments: [
    ("to_shape was called on a dynamic shape.", "BakeOptions.staticShapes"),
    ("invalid map<K, T> key", "RecipeRequest.target npu"),
    ("its experts are in groups; an NPU's plugin finds experts in whole rows", "RecipeRequest.target npu"),
    (
      "[ERROR] 16:15:04.045 [vpux-compiler] FeasibleAllocation Pass failed : no", "NPUProperties.promptLength"
    ),
    ("Non-'-1' output dimensions do not evenly divide the input dimensions", "NPUProperties.promptLength"),
    ("L0 pfnCreate2 result: ZE_RESULT_ERROR_OUT_OF_DEVICE_MEMORY, code 0x70000003", "memory"),
    ("something that nobody has seen", "`Doctor`"),
    ("", "`Doctor`"),
  ])
  func eachSignHasItsMend(words: String, mend: String) {
    #expect(NPUCompilerError(words).mend.description.contains(mend))
  }

  @Test func theLineIsShortAndPlain() {
    let error = NPUCompilerError("[ERROR] " + String(repeating: "x", count: 100_000))
    #expect(error.line.count <= 241)
  }
}
