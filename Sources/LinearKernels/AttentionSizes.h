// What of attention is computed in one piece, and the working memory that follows from it.

#ifndef OVEN_ATTENTION_SIZES_H
#define OVEN_ATTENTION_SIZES_H

#include "AttentionKernels.h"

// Queries that are computed together: two tiles of them.
#define ATTENTION_ROWS 32
// Keys whose scores are made before the softmax looks at them: a multiple of a block, and a divisor of a part.
#define ATTENTION_KEYS 256
// Floats between two queries' scores; a power of two would put all of them into the same few lines of the first cache.
#define SCORES_STRIDE (ATTENTION_KEYS + 16)
// Numbers of a piece's values, for each token of a block, that are f32 at a time.
#define WIDE_VALUES (ATTENTION_KEYS / OVEN_ATTENTION_BLOCK * 16)
// Sequences with more tokens than that are computed in bf16 where the machine multiplies it.
#define ATTENTION_FEW 8

/// Query heads of each shared head.
static inline size_t group_of(const oven_attention *attention) { return attention->heads / attention->shared; }

/// Working memory.
typedef struct {
  /// [ATTENTION_ROWS, size]: turned queries; as f32, or as bf16 in the same place.
  float *queries;
  /// [ATTENTION_ROWS, SCORES_STRIDE]: scores of a piece of keys, and their weights.
  float *scores;
  /// The weights as bf16, [ATTENTION_ROWS, ATTENTION_KEYS].
  uint16_t *weights;
  /// [ATTENTION_ROWS, value size]: what was taken from all pieces, and from the last one.
  float *sums, *fresh;
  /// [ATTENTION_ROWS]: the greatest score so far, and the sum of weights.
  float *greatest, *total;
  /// [size]: a head.
  float *head;
  /// A block of keys as f32, or sixteen numbers of a piece's values.
  float *wide;
} attention_scratch;

static inline size_t attention_floats(const oven_attention *a, attention_scratch *scratch, float *memory) {
  size_t floats = 0;
  const size_t counts[] = {ATTENTION_ROWS * a->size, ATTENTION_ROWS * SCORES_STRIDE, ATTENTION_ROWS * ATTENTION_KEYS / 2,
                           ATTENTION_ROWS * a->value_size, ATTENTION_ROWS * a->value_size, ATTENTION_ROWS, ATTENTION_ROWS,
                           2 * a->size, OVEN_ATTENTION_BLOCK * (a->size > WIDE_VALUES ? a->size : WIDE_VALUES)};
  float *at[9];
  for (size_t i = 0; i < 9; i++) {
    at[i] = memory ? memory + floats : 0;
    floats += (counts[i] + 15) / 16 * 16;
  }
  if (scratch) {
    *scratch = (attention_scratch){at[0], at[1], (uint16_t *)at[2], at[3], at[4], at[5], at[6], at[7], at[8]};
  }
  return floats;
}

#endif
