// Attention of many tokens in bf16: 32 queries by 32 keys at a time; scores and sums are f32. Tiles multiply, or pairs of
// numbers in vectors.

#if defined(LINEAR_TILES)
#include "AttentionTiles.h"
#else
#include "AttentionPairs.h"
#endif

INLINE int suits_bf16(const oven_attention *a, const oven_attention_span *span) {
  return span->count > ATTENTION_FEW && a->size % 32 == 0 && a->value_size % 32 == 0;
}

// 2^x to 8 in 100,000: enough for what becomes bf16. A polynomial of the part behind the point, fitted in relative error.
INLINE __m512 power_of_two(__m512 x) {
  const __m512 rest = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
  __m512 p = _mm512_set1_ps(0.07802444f);
  p = _mm512_fmadd_ps(p, rest, _mm512_set1_ps(0.22606735f));
  p = _mm512_fmadd_ps(p, rest, _mm512_set1_ps(0.69583343f));
  p = _mm512_fmadd_ps(p, rest, _mm512_set1_ps(0.99992523f));
  return _mm512_scalef_ps(p, x);
}

INLINE __mmask16 mask_within(size_t at, size_t from, size_t until) {
  const uint32_t below = until <= at ? 0 : until - at >= 16 ? 0xffff : (1u << (until - at)) - 1;
  const uint32_t before = from <= at ? 0 : from - at >= 16 ? 0xffff : (1u << (from - at)) - 1;
  return (__mmask16)(below & ~before);
}

// As `soften` does it, with scores in units of ln 2, and weights as bf16; with `all` scores, or those [from, until).
INLINE float soften_lanes(int all, const float *scores, size_t keys, size_t from, size_t until, float *greatest, float *total,
                          uint16_t *weights) {
  const __m512 least = _mm512_set1_ps(-__builtin_inff());
  __m512 most[2] = {least, least};
  for (size_t i = from / 32 * 32; i < until; i += 32) {
    for (size_t j = 0; j < 2; j++) {
      const __mmask16 lanes = all ? 0xffff : mask_within(i + 16 * j, from, until);
      most[j] = _mm512_mask_max_ps(most[j], lanes, most[j], _mm512_loadu_ps(scores + i + 16 * j));
    }
  }
  const float before = *greatest, top = _mm512_reduce_max_ps(_mm512_max_ps(most[0], most[1]));
  const float next = top > before ? top : before;
  if (!(next > -__builtin_inff())) {
    memset(weights, 0, keys * sizeof *weights);
    return 1;
  }
  const __m512 shift = _mm512_set1_ps(next);
  __m512 sum = _mm512_setzero_ps();
  for (size_t i = 0; i < keys; i += 32) {
    __m512 both[2];
    for (size_t j = 0; j < 2; j++) {
      const __mmask16 lanes = all ? 0xffff : mask_within(i + 16 * j, from, until);
      both[j] = power_of_two(_mm512_maskz_sub_ps(lanes, _mm512_loadu_ps(scores + i + 16 * j), shift));
      both[j] = _mm512_maskz_mov_ps(lanes, both[j]);
      sum = _mm512_add_ps(sum, both[j]);
    }
    const vi pair = bf16_of((vf)both[0], (vf)both[1]);
    memcpy(weights + i, &pair, sizeof pair);
  }
  const float factor = _mm512_cvtss_f32(power_of_two(_mm512_set1_ps(before - next)));
  *greatest = next;
  *total = *total * factor + _mm512_reduce_add_ps(sum);
  return factor;
}

INLINE float soften_short(const float *scores, size_t keys, size_t from, size_t until, float *greatest, float *total,
                          uint16_t *weights) {
  if (from == 0 && until == keys) return soften_lanes(1, scores, keys, 0, keys, greatest, total, weights);
  return soften_lanes(0, scores, keys, from, until, greatest, total, weights);
}

// As many floats, a multiple of 32, as bf16.
INLINE void shortened(const float *numbers, size_t count, uint16_t *out) {
  for (size_t i = 0; i < count; i += 32) {
    const vi pair = bf16_of(load_floats(numbers + i), load_floats(numbers + i + 16));
    memcpy(out + i, &pair, sizeof pair);
  }
}

// Tokens [begin, end) with all keys before `until` that they see.
static void attend_bf16(const oven_attention *a, const oven_attention_span *span, size_t head, size_t begin, size_t end,
                         size_t until, attention_scratch s) {
  const product_state before = begin_products();
  const size_t group = group_of(a), rows = (end - begin) * group;
  turned_queries(a, span, head, begin, end, a->scale * 1.44269504f, s);
  memset(s.queries + rows * a->size, 0, (ATTENTION_ROWS - rows) * a->size * sizeof *s.queries);
  uint16_t *queries = (uint16_t *)s.queries;
  // Forwards: what is written lies before what is read.
  shortened(s.queries, ATTENTION_ROWS * a->size, queries);
  start_rows(a, ATTENTION_ROWS, s);
  memset(s.weights, 0, ATTENTION_ROWS * ATTENTION_KEYS * sizeof *s.weights);
  for (size_t piece = first_seen(a, span->past + begin) / ATTENTION_KEYS * ATTENTION_KEYS; piece < until;
       piece += ATTENTION_KEYS) {
    const size_t stop = until - piece < ATTENTION_KEYS ? until : piece + ATTENTION_KEYS;
    const size_t first_block = piece / OVEN_ATTENTION_BLOCK;
    const size_t end_block = (stop + OVEN_ATTENTION_BLOCK - 1) / OVEN_ATTENTION_BLOCK;
    const size_t keys = (end_block - first_block) * OVEN_ATTENTION_BLOCK;
    for (size_t block = first_block; block < end_block; block++) {
      scores_of_block(queries, a->size, keys_at(a, span, head, block), s.scores + (block - first_block) * OVEN_ATTENTION_BLOCK);
    }
    float factors[ATTENTION_ROWS];
    for (size_t r = 0; r < rows; r++) {
      const size_t position = span->past + begin + r / group, from = first_seen(a, position);
      const size_t last = position + 1 < stop ? position + 1 : stop;
      factors[r] = soften_short(s.scores + r * SCORES_STRIDE, keys, from > piece ? from - piece : 0,
                                last > piece ? last - piece : 0, &s.greatest[r], &s.total[r], s.weights + r * ATTENTION_KEYS);
    }
    for (size_t d = 0; d < a->value_size; d += 32) {
      values_of_blocks(a, span, head, first_block, end_block, s.weights, d, s.fresh);
    }
    for (size_t r = 0; r < rows; r++) {
      float *sums = s.sums + r * a->value_size;
      const float *fresh = s.fresh + r * a->value_size;
      for (size_t d = 0; d < a->value_size; d += 16) {
        const vf next = fused(load_floats(sums + d), (vf)(factors[r]), load_floats(fresh + d));
        memcpy(sums + d, &next, sizeof next);
      }
    }
  }
  end_products(&before);
}
