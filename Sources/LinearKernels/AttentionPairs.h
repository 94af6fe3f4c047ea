// Products of bf16 by pairs of numbers in 16 lanes.

// Rows that are computed together in registers, by two vectors of lanes.
#define PAIR_ROWS 8

// Nothing is to be set up.
typedef struct {
  int nothing;
} product_state;
INLINE product_state begin_products(void) { return (product_state){0}; }
INLINE void end_products(const product_state *before) {}

typedef struct {
  vf of[PAIR_ROWS][2];
} pair_sums;

// Adds PAIR_ROWS rows of `count` pairs, `between` numbers apart, times pairs of 32 lanes, `below` numbers apart.
INLINE void add_pairs(pair_sums *sums, const uint16_t *rows, size_t between, const uint16_t *lanes, size_t below,
                      size_t count) {
  for (size_t pair = 0; pair < count; pair++, lanes += below) {
    const __m512bh first = (__m512bh)load_ints(lanes), second = (__m512bh)load_ints(lanes + 32);
    UNROLL for (size_t r = 0; r < PAIR_ROWS; r++) {
      int32_t two;
      memcpy(&two, rows + r * between + 2 * pair, sizeof two);
      sums->of[r][0] = (vf)_mm512_dpbf16_ps((__m512)sums->of[r][0], (__m512bh)(vi)(two), first);
      sums->of[r][1] = (vf)_mm512_dpbf16_ps((__m512)sums->of[r][1], (__m512bh)(vi)(two), second);
    }
  }
}

INLINE pair_sums no_sums(void) {
  pair_sums sums;
  UNROLL for (size_t r = 0; r < PAIR_ROWS; r++) sums.of[r][0] = sums.of[r][1] = (vf)(0.0f);
  return sums;
}

INLINE void store_sums(const pair_sums *sums, float *out, size_t stride) {
  UNROLL for (size_t r = 0; r < PAIR_ROWS; r++) memcpy(out + r * stride, sums->of[r], sizeof sums->of[r]);
}

// Scores of 32 queries for a block of keys.
INLINE void scores_of_block(const uint16_t *queries, size_t size, const uint16_t *keys, float *scores) {
  for (size_t row = 0; row < ATTENTION_ROWS; row += PAIR_ROWS) {
    pair_sums sums = no_sums();
    add_pairs(&sums, queries + row * size, size, keys, 2 * OVEN_ATTENTION_BLOCK, size / 2);
    store_sums(&sums, scores + row * SCORES_STRIDE, SCORES_STRIDE);
  }
}

// The weights of blocks [begin, end) times their values, 32 numbers from d on.
INLINE void values_of_blocks(const oven_attention *a, const oven_attention_span *span, size_t head, size_t begin,
                             size_t end, const uint16_t *weights, size_t d, float *fresh) {
  for (size_t row = 0; row < ATTENTION_ROWS; row += PAIR_ROWS) {
    pair_sums sums = no_sums();
    for (size_t block = begin; block < end; block++) {
      add_pairs(&sums, weights + row * ATTENTION_KEYS + (block - begin) * OVEN_ATTENTION_BLOCK, ATTENTION_KEYS,
                values_at(a, span, head, block) + 2 * d, 2 * a->value_size, OVEN_ATTENTION_BLOCK / 2);
    }
    store_sums(&sums, fresh + row * a->value_size + d, a->value_size);
  }
}
