// Attention over pages, as a step of a chain: what it reads, and how the threads of a pool share it.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "AttentionKernels.h"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Weverything"
#include "openvino/runtime/tensor.hpp"
#pragma clang diagnostic pop

namespace bridge {

// One layer's attention. Rows are values of the chain by number, other things its inputs; −1 for what is not there.
struct AttentionStep {
  int64_t heads = 0, shared = 0, size = 0, value_size = 0, window = 0, turned = 0;
  // [tokens, heads · size], [tokens, shared · size], [tokens, shared · value size], [tokens, turned] twice.
  int64_t queries = 0, keys = 0, values = 0, cosines = -1, sines = -1;
  // Where weights of norms over each head are among the chain's.
  int64_t query_norm = -1, key_norm = -1;
  // The first of two inputs: blocks of keys and of values.
  int64_t pages = 0;
  // The first of four inputs: how many tokens of each sequence come before, where each one's tokens begin, numbers of blocks,
  // and where each one's begin.
  int64_t places = 0;
  float scale = 0, query_epsilon = 0, key_epsilon = 0;

  // As an operation's attributes.
  static constexpr size_t number_count = 15, real_count = 3;
  std::array<int64_t, number_count> numbers() const;
  std::array<float, real_count> reals() const;
  static AttentionStep of(const int64_t *numbers, const float *reals);

  // The heads as the kernels want them, with norms among a chain's weights.
  oven_attention kernel(const float *weights) const;
};

// The bytes of one token's keys or values of a shared head, which are kept as bf16.
constexpr size_t bytes_of_head(size_t size) { return 2 * size; }

// Rows of the chain that an attention reads, from `first` of all tokens on.
struct AttentionRows {
  const float *queries, *keys, *values, *cosines, *sines;
  size_t first, count;
};

// Stores the keys and values, and computes what each of the rows takes: [count, heads · value size].
//
// Throws where the sequences' places are not in the blocks.
void attend_rows(const AttentionStep &step, const AttentionRows &rows, const float *weights, const ov::TensorVector &inputs,
                 float *out);

}  // namespace bridge
