// Attention over pages: the tokens of a sequence look at the keys and values of all tokens before them, which lie in blocks
// of 32 tokens, each wherever there was room.
//
//   out[t] = Σ_j softmax_j(scale · turned(q[t]) · key[j]) · value[j],   j ≤ t, and j > t − window where there is one
//
// Keys and values are kept as bf16, in the order in which the tiles of AMX want their right operand, and which vectors read
// just as well: numbers in pairs. A block of keys is [shared heads, size / 2, 32 tokens, 2], one of values
// [shared heads, 16 pairs of tokens, value size, 2].
//
// Each token's numbers are computed in one order, whatever is computed beside them, so that the threads' number changes no
// bit. All instruction sets give the same bits, but for those that multiply bf16 (AMX, AVX512-BF16): they also round queries and
// the softmax's weights to bf16 where a sequence has many tokens at once.

#ifndef OVEN_ATTENTION_KERNELS_H
#define OVEN_ATTENTION_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The tokens of a block.
#define OVEN_ATTENTION_BLOCK 32

/// The keys that are looked at by one task where tokens are few.
#define OVEN_ATTENTION_PART 512

/// The heads of a layer.
typedef struct {
  /// Heads of queries, and those of keys and values that they share: a divisor.
  size_t heads, shared;
  /// Numbers of a query's and key's head, and of a value's: multiples of 16 up to 512.
  size_t size, value_size;
  /// What scores are multiplied by.
  float scale;
  /// How many tokens one sees, itself included; 0 for all.
  size_t window;
  /// So many numbers of each query and key turn by position, the first half of them with the second: even, or 0.
  size_t turned;
  /// Weights of norms over each head, before it turns, `size` of them; null where there are none.
  const float *query_norm, *key_norm;
  float query_epsilon, key_epsilon;
} oven_attention;

/// Tokens of one sequence that are computed now, one after the other.
typedef struct {
  size_t count;
  /// How many tokens come before them.
  size_t past;
  /// [count, heads · size], [count, shared · size] and [count, shared · value size].
  const float *queries, *keys, *values;
  /// [count, turned].
  const float *cosines, *sines;
  /// All sequences' blocks.
  uint16_t *key_blocks, *value_blocks;
  /// This sequence's: those of all tokens up to the last of these.
  const int32_t *blocks;
} oven_attention_span;

/// Whether the kernels can compute it.
int oven_attention_supports(const oven_attention *attention);

/// Tokens that are computed together.
size_t oven_attention_tokens(const oven_attention *attention, size_t count);

/// The bytes of working memory that each thread needs, aligned to 64.
size_t oven_attention_scratch_size(const oven_attention *attention);

/// Writes the keys and values of one shared head into the blocks. What follows the last token in its block becomes zero
/// where the block begins here.
void oven_attention_store(const oven_attention *attention, const oven_attention_span *span, size_t head, void *scratch);

/// What tokens [begin, end) take, at most `oven_attention_tokens`, for the queries of a shared head; all keys must have been
/// stored. Into [span's count, heads · value size].
void oven_attention_attend(const oven_attention *attention, const oven_attention_span *span, size_t head, size_t begin,
                           size_t end, float *out, void *scratch);

/// The floats that a part takes.
size_t oven_attention_part_floats(const oven_attention *attention);

/// What one token takes from keys [part · OVEN_ATTENTION_PART …) alone, to be joined.
void oven_attention_attend_part(const oven_attention *attention, const oven_attention_span *span, size_t head, size_t token,
                                size_t part, float *out, void *scratch);

/// Joins a token's parts, one after the other, into [span's count, heads · value size].
void oven_attention_join(const oven_attention *attention, const float *parts, size_t count, size_t head, size_t token,
                         float *out);

#ifdef __cplusplus
}
#endif

#endif
