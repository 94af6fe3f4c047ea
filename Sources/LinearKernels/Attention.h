// Attention, in vectors.

#include "AttentionSizes.h"

// Rows that are computed together in registers, with so many vectors of keys: four sums for each. And from how many rows on
// keys and values are made f32 before them: where registers are few, that is a fifth of the time.
#if defined(LINEAR_DOT_AVX512)
#define ATTENTION_TOGETHER 4
#define ATTENTION_VECTORS 2
#define ATTENTION_WIDE (ATTENTION_ROWS + 1)
#else
#define ATTENTION_TOGETHER 3
#define ATTENTION_VECTORS 1
#define ATTENTION_WIDE 3
#endif

// Lanes of 16 numbers from `at` on that are in [from, until).
INLINE vi lanes_within(size_t at, size_t from, size_t until) {
  const vi lanes = (vi){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} + (int32_t)at;
  return (lanes >= (vi)((int32_t)from)) & (lanes < (vi)((int32_t)until));
}

INLINE vf chosen_lanes(vi lanes, vf yes, vf no) { return (vf)((lanes & (vi)yes) | (~lanes & (vi)no)); }

INLINE float greatest_of(vf v) {
  const vf8 eight = __builtin_elementwise_max(v.lo, v.hi);
  const vf4 four = __builtin_elementwise_max(eight.lo, eight.hi);
  const vf2 two = __builtin_elementwise_max(four.lo, four.hi);
  return two.x > two.y ? two.x : two.y;
}

// A number as bf16, rounded to the nearest even; NaN stays NaN.
INLINE uint16_t short_of(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  if (number != number) return 0x7fc0;
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// A head of a query or key: normalised, turned, and multiplied with a factor.
INLINE void turned_head(const oven_attention *a, const float *x, const float *norm, float epsilon, const float *cosines,
                        const float *sines, float factor, float *room, float *out) {
  if (norm) {
    normalize(x, norm, epsilon, 1, a->size, room);
    x = room;
  }
  const size_t half = a->turned / 2;
  for (size_t i = 0; i < half; i++) out[i] = (x[i] * cosines[i] - x[i + half] * sines[i]) * factor;
  for (size_t i = half; i < 2 * half; i++) out[i] = (x[i] * cosines[i] + x[i - half] * sines[i]) * factor;
  for (size_t i = 2 * half; i < a->size; i++) out[i] = x[i] * factor;
}

INLINE uint16_t *keys_at(const oven_attention *a, const oven_attention_span *span, size_t head, size_t block) {
  return span->key_blocks + ((size_t)span->blocks[block] * a->shared + head) * OVEN_ATTENTION_BLOCK * a->size;
}

INLINE uint16_t *values_at(const oven_attention *a, const oven_attention_span *span, size_t head, size_t block) {
  return span->value_blocks + ((size_t)span->blocks[block] * a->shared + head) * OVEN_ATTENTION_BLOCK * a->value_size;
}

static void store(const oven_attention *a, const oven_attention_span *span, size_t head, void *memory) {
  attention_scratch s;
  attention_floats(a, &s, memory);
  float *key = s.queries;
  for (size_t t = 0; t < span->count; t++) {
    const size_t position = span->past + t, block = position / OVEN_ATTENTION_BLOCK, slot = position % OVEN_ATTENTION_BLOCK;
    uint16_t *keys = keys_at(a, span, head, block), *values = values_at(a, span, head, block);
    if (slot == 0) {
      // Weights of 0 make nothing of what is there, unless it is no number.
      memset(keys, 0, OVEN_ATTENTION_BLOCK * a->size * sizeof *keys);
      memset(values, 0, OVEN_ATTENTION_BLOCK * a->value_size * sizeof *values);
    }
    turned_head(a, span->keys + (t * a->shared + head) * a->size, a->key_norm, a->key_epsilon,
                span->cosines + t * a->turned, span->sines + t * a->turned, 1, s.head, key);
    for (size_t d = 0; d < a->size; d += 2) {
      uint16_t *pair = keys + (d / 2 * OVEN_ATTENTION_BLOCK + slot) * 2;
      pair[0] = short_of(key[d]);
      pair[1] = short_of(key[d + 1]);
    }
    const float *value = span->values + (t * a->shared + head) * a->value_size;
    uint16_t *pairs = values + slot / 2 * a->value_size * 2 + slot % 2;
    for (size_t d = 0; d < a->value_size; d++) pairs[2 * d] = short_of(value[d]);
  }
}

// Keys that the token at a position sees: [first, position].
INLINE size_t first_seen(const oven_attention *a, size_t position) {
  return a->window && position + 1 > a->window ? position + 1 - a->window : 0;
}

// Keys or values in pairs: of [pairs, lanes, 2] as bf16, or of [pairs, 2, lanes] as f32.
typedef struct {
  int is_wide;
  const void *numbers;
  size_t lanes;
} number_pairs;

typedef struct {
  vf first, second;
} two_vectors;

// Sixteen lanes of a pair, from a lane on.
INLINE two_vectors vectors_of(number_pairs of, size_t pair, size_t lane) {
  if (of.is_wide) {
    const float *p = (const float *)of.numbers + 2 * pair * of.lanes + lane;
    return (two_vectors){load_floats(p), load_floats(p + of.lanes)};
  }
  const vu both = (vu)load_ints((const uint16_t *)of.numbers + 2 * (pair * of.lanes + lane));
  return (two_vectors){(vf)(both << 16), (vf)(both & 0xffff0000)};
}

// Pairs [0, count) of lanes [lane, lane + width) as f32.
INLINE void widen_pairs(number_pairs of, size_t count, size_t lane, size_t width, float *out) {
  for (size_t pair = 0; pair < count; pair++, out += 2 * width) {
    for (size_t i = 0; i < width; i += 16) {
      const two_vectors two = vectors_of(of, pair, lane + i);
      memcpy(out + i, &two.first, sizeof two.first);
      memcpy(out + width + i, &two.second, sizeof two.second);
    }
  }
}

// Scores of R queries for a block of keys.
INLINE void block_scores(int R, const float *queries, size_t size, number_pairs keys, float *scores) {
  for (size_t lane = 0; lane < OVEN_ATTENTION_BLOCK; lane += 16 * ATTENTION_VECTORS) {
    vf sums[ATTENTION_TOGETHER][ATTENTION_VECTORS][2];
    UNROLL for (int r = 0; r < R; r++) {
      UNROLL for (int i = 0; i < ATTENTION_VECTORS; i++) sums[r][i][0] = sums[r][i][1] = (vf)(0.0f);
    }
    for (size_t d = 0; d < size; d += 2) {
      UNROLL for (int i = 0; i < ATTENTION_VECTORS; i++) {
        const two_vectors two = vectors_of(keys, d / 2, lane + 16 * (size_t)i);
        UNROLL for (int r = 0; r < R; r++) {
          const float *q = queries + (size_t)r * size + d;
          sums[r][i][0] = fused(two.first, (vf)(q[0]), sums[r][i][0]);
          sums[r][i][1] = fused(two.second, (vf)(q[1]), sums[r][i][1]);
        }
      }
    }
    UNROLL for (int r = 0; r < R; r++) {
      UNROLL for (int i = 0; i < ATTENTION_VECTORS; i++) {
        const vf sum = sums[r][i][0] + sums[r][i][1];
        memcpy(scores + (size_t)r * SCORES_STRIDE + lane + 16 * (size_t)i, &sum, sizeof sum);
      }
    }
  }
}

// Where the values of a piece are.
typedef struct {
  const oven_attention *a;
  const oven_attention_span *span;
  size_t head, begin, end;
  /// Those of sixteen lanes as f32, block after block; or null.
  const float *wide;
} piece_values;

// Adds the weights of a piece's blocks times their values to R rows, 16 numbers from d on.
INLINE void block_values(int R, piece_values of, int is_wide, const float *weights, size_t d, const float *factors, float *sums) {
  const size_t value_size = of.a->value_size;
  vf new[ATTENTION_TOGETHER][2];
  UNROLL for (int r = 0; r < R; r++) new[r][0] = new[r][1] = (vf)(0.0f);
  for (size_t block = of.begin; block < of.end; block++, weights += OVEN_ATTENTION_BLOCK) {
    number_pairs values = {is_wide, of.wide + (block - of.begin) * OVEN_ATTENTION_BLOCK * 16, 16};
    if (!is_wide) values = (number_pairs){0, values_at(of.a, of.span, of.head, block), value_size};
    for (size_t k = 0; k < OVEN_ATTENTION_BLOCK; k += 2) {
      const two_vectors two = vectors_of(values, k / 2, is_wide ? 0 : d);
      UNROLL for (int r = 0; r < R; r++) {
        const float *w = weights + (size_t)r * SCORES_STRIDE + k;
        new[r][0] = fused(two.first, (vf)(w[0]), new[r][0]);
        new[r][1] = fused(two.second, (vf)(w[1]), new[r][1]);
      }
    }
  }
  UNROLL for (int r = 0; r < R; r++) {
    float *sum = sums + (size_t)r * value_size + d;
    const vf next = fused(load_floats(sum), (vf)(factors[r]), new[r][0] + new[r][1]);
    memcpy(sum, &next, sizeof next);
  }
}

// Makes weights of scores [from, until) of a piece of `keys`, e^(score − greatest), and zeros of the others. Returns what the
// sums so far are to be multiplied with.
INLINE float soften(float *scores, size_t keys, size_t from, size_t until, float *greatest, float *total) {
  const vf least = (vf)(-__builtin_inff());
  vf most = least;
  for (size_t i = from / 16 * 16; i < until; i += 16) {
    most = __builtin_elementwise_max(most, chosen_lanes(lanes_within(i, from, until), load_floats(scores + i), least));
  }
  const float before = *greatest, top = greatest_of(most), next = top > before ? top : before;
  if (!(next > -__builtin_inff())) {
    memset(scores, 0, keys * sizeof *scores);
    return 1;
  }
  vf sum = (vf)(0.0f);
  for (size_t i = 0; i < keys; i += 16) {
    vf weight = (vf)(0.0f);
    if (i + 16 > from && i < until) {
      weight = exponential(load_floats(scores + i) - (vf)(next));
      weight = chosen_lanes(lanes_within(i, from, until), weight, (vf)(0.0f));
    }
    sum += weight;
    memcpy(scores + i, &weight, sizeof weight);
  }
  const float factor = exponential((vf)(before - next))[0];
  *greatest = next;
  *total = *total * factor + sum_of(sum);
  return factor;
}

// Queries of tokens [begin, end) of a shared head, multiplied with what scores are: token by token, the heads of a group
// beside each other.
INLINE void turned_queries(const oven_attention *a, const oven_attention_span *span, size_t head, size_t begin, size_t end,
                           float scale, attention_scratch s) {
  const size_t group = group_of(a);
  float *query = s.queries;
  for (size_t t = begin; t < end; t++) {
    for (size_t g = 0; g < group; g++, query += a->size) {
      turned_head(a, span->queries + (t * a->heads + head * group + g) * a->size, a->query_norm, a->query_epsilon,
                  span->cosines + t * a->turned, span->sines + t * a->turned, scale, s.head, query);
    }
  }
}

INLINE void start_rows(const oven_attention *a, size_t rows, attention_scratch s) {
  memset(s.sums, 0, rows * a->value_size * sizeof *s.sums);
  for (size_t r = 0; r < rows; r++) {
    s.greatest[r] = -__builtin_inff();
    s.total[r] = 0;
  }
}

// Something for as many of the rows from `row` on as are computed together; R is their number.
#if ATTENTION_TOGETHER == 4
#define OF_ROWS(LEFT, CASE) \
  if (LEFT >= 4) CASE(4);   \
  if (LEFT == 3) CASE(3);   \
  if (LEFT == 2) CASE(2);   \
  if (LEFT == 1) CASE(1)
#else
#define OF_ROWS(LEFT, CASE) \
  if (LEFT >= 3) CASE(3);   \
  if (LEFT == 2) CASE(2);   \
  if (LEFT == 1) CASE(1)
#endif

// Scores of all rows for a piece's blocks.
INLINE void piece_scores(int is_wide, const oven_attention *a, const oven_attention_span *span, size_t head, size_t begin,
                         size_t end, size_t rows, attention_scratch s) {
  float *scores = s.scores;
  for (size_t block = begin; block < end; block++, scores += OVEN_ATTENTION_BLOCK) {
    number_pairs keys = {0, keys_at(a, span, head, block), OVEN_ATTENTION_BLOCK};
    if (is_wide) {
      widen_pairs(keys, a->size / 2, 0, OVEN_ATTENTION_BLOCK, s.wide);
      keys = (number_pairs){1, s.wide, OVEN_ATTENTION_BLOCK};
    }
    for (size_t row = 0; row < rows; row += ATTENTION_TOGETHER) {
#define CASE(R) block_scores(R, s.queries + row * a->size, a->size, keys, scores + row * SCORES_STRIDE)
      OF_ROWS(rows - row, CASE);
#undef CASE
    }
  }
}

// What all rows take from a piece's blocks.
INLINE void piece_sums(int is_wide, piece_values of, size_t rows, const float *factors, attention_scratch s) {
  const size_t value_size = of.a->value_size;
  of.wide = s.wide;
  for (size_t d = 0; d < value_size; d += 16) {
    for (size_t block = of.begin; is_wide && block < of.end; block++) {
      const number_pairs values = {0, values_at(of.a, of.span, of.head, block), value_size};
      widen_pairs(values, OVEN_ATTENTION_BLOCK / 2, d, 16, s.wide + (block - of.begin) * OVEN_ATTENTION_BLOCK * 16);
    }
    for (size_t row = 0; row < rows; row += ATTENTION_TOGETHER) {
#define CASE(R) block_values(R, of, is_wide, s.scores + row * SCORES_STRIDE, d, factors + row, s.sums + row * value_size)
      OF_ROWS(rows - row, CASE);
#undef CASE
    }
  }
}

// All rows with a piece of keys that begins at a block: [piece, until).
INLINE void attend_piece(int is_wide, const oven_attention *a, const oven_attention_span *span, size_t head, size_t piece,
                         size_t until, size_t rows, size_t first_token, attention_scratch s) {
  const size_t begin = piece / OVEN_ATTENTION_BLOCK;
  const size_t end = (until + OVEN_ATTENTION_BLOCK - 1) / OVEN_ATTENTION_BLOCK;
  piece_scores(is_wide, a, span, head, begin, end, rows, s);
  float factors[ATTENTION_ROWS];
  for (size_t row = 0; row < rows; row++) {
    const size_t position = span->past + first_token + row / group_of(a);
    const size_t from = first_seen(a, position), stop = position + 1 < until ? position + 1 : until;
    factors[row] = soften(s.scores + row * SCORES_STRIDE, (end - begin) * OVEN_ATTENTION_BLOCK,
                          from > piece ? from - piece : 0, stop > piece ? stop - piece : 0, &s.greatest[row],
                          &s.total[row]);
  }
  piece_sums(is_wide, (piece_values){a, span, head, begin, end, 0}, rows, factors, s);
}

// Tokens [begin, end) with keys [from, until), of which those that nobody sees are left out; `from` begins a piece.
static void attend_few(const oven_attention *a, const oven_attention_span *span, size_t head, size_t begin, size_t end,
                       size_t from, size_t until, attention_scratch s) {
  const size_t rows = (end - begin) * group_of(a);
  turned_queries(a, span, head, begin, end, a->scale, s);
  start_rows(a, rows, s);
  const size_t seen = first_seen(a, span->past + begin) / ATTENTION_KEYS * ATTENTION_KEYS;
  for (size_t piece = seen > from ? seen : from; piece < until; piece += ATTENTION_KEYS) {
    const size_t stop = until - piece < ATTENTION_KEYS ? until : piece + ATTENTION_KEYS;
    if (rows >= ATTENTION_WIDE) {
      attend_piece(1, a, span, head, piece, stop, rows, begin, s);
    } else {
      attend_piece(0, a, span, head, piece, stop, rows, begin, s);
    }
  }
}

#if defined(LINEAR_BF16)
#include "AttentionBF16.h"
#endif

static void attend(const oven_attention *a, const oven_attention_span *span, size_t head, size_t begin, size_t end,
                   float *out, void *memory) {
  attention_scratch s;
  attention_floats(a, &s, memory);
  const size_t group = group_of(a), until = span->past + end;
#if defined(LINEAR_BF16)
  if (suits_bf16(a, span)) {
    attend_bf16(a, span, head, begin, end, until, s);
  } else {
    attend_few(a, span, head, begin, end, 0, until, s);
  }
#else
  attend_few(a, span, head, begin, end, 0, until, s);
#endif
  for (size_t r = 0; r < (end - begin) * group; r++) {
    float *target = out + ((begin + r / group) * a->heads + head * group + r % group) * a->value_size;
    const float factor = 1 / s.total[r];
    for (size_t d = 0; d < a->value_size; d++) target[d] = s.sums[r * a->value_size + d] * factor;
  }
}

static void attend_part(const oven_attention *a, const oven_attention_span *span, size_t head, size_t token, size_t part,
                        float *out, void *memory) {
  attention_scratch s;
  attention_floats(a, &s, memory);
  const size_t group = group_of(a), from = part * OVEN_ATTENTION_PART, seen = span->past + token + 1;
  attend_few(a, span, head, token, token + 1, from, seen - from < OVEN_ATTENTION_PART ? seen : from + OVEN_ATTENTION_PART, s);
  memcpy(out, s.sums, group * a->value_size * sizeof *out);
  memcpy(out + group * a->value_size, s.greatest, group * sizeof *out);
  memcpy(out + group * (a->value_size + 1), s.total, group * sizeof *out);
}

static void join(const oven_attention *a, const float *parts, size_t count, size_t head, size_t token, float *out) {
  const size_t group = group_of(a), floats = group * (a->value_size + 2);
  for (size_t g = 0; g < group; g++) {
    const float *greatest = parts + group * a->value_size + g, *total = greatest + group;
    float top = greatest[0], sum = 0;
    for (size_t p = 1; p < count; p++) top = greatest[p * floats] > top ? greatest[p * floats] : top;
    float *target = out + (token * a->heads + head * group + g) * a->value_size;
    memset(target, 0, a->value_size * sizeof *target);
    for (size_t p = 0; p < count; p++) {
      // A part of which nothing is seen has no greatest score, and gives nothing.
      if (total[p * floats] == 0) continue;
      const float factor = exponential((vf)(greatest[p * floats] - top))[0];
      sum += total[p * floats] * factor;
      const float *values = parts + p * floats + g * a->value_size;
      for (size_t d = 0; d < a->value_size; d++) target[d] += values[d] * factor;
    }
    for (size_t d = 0; d < a->value_size; d++) target[d] /= sum;
  }
}
