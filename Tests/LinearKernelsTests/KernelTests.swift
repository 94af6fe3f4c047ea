import Testing

/// All tests of the kernels, one at a time: the instruction set that they choose is the whole process's.
@Suite(.serialized) enum KernelTests {}
