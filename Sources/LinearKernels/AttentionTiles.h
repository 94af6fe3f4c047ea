// Products of bf16 by tiles.

typedef tile_shapes product_state;
INLINE product_state begin_products(void) { return own_tiles(); }
INLINE void end_products(const product_state *before) { give_tiles_back(before); }

// Scores of 32 queries for a block of keys.
INLINE void scores_of_block(const uint16_t *queries, size_t size, const uint16_t *keys, float *scores) {
  const size_t between = size * sizeof *queries, below = OVEN_ATTENTION_BLOCK * 2 * sizeof *keys;
  const size_t stride = SCORES_STRIDE * sizeof *scores;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (size_t d = 0; d < size; d += 32, keys += 16 * OVEN_ATTENTION_BLOCK * 2) {
    _tile_loadd(4, queries + d, between);
    _tile_loadd(6, keys, below);
    _tile_loadd(7, keys + 32, below);
    _tile_loadd(5, queries + 16 * size + d, between);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_stored(0, scores, stride);
  _tile_stored(1, scores + 16, stride);
  _tile_stored(2, scores + 16 * SCORES_STRIDE, stride);
  _tile_stored(3, scores + 16 * SCORES_STRIDE + 16, stride);
}

// The weights of blocks [begin, end) times their values, 32 numbers from d on.
INLINE void values_of_blocks(const oven_attention *a, const oven_attention_span *span, size_t head, size_t begin,
                             size_t end, const uint16_t *weights, size_t d, float *fresh) {
  const size_t between = ATTENTION_KEYS * sizeof *weights, below = a->value_size * 2 * sizeof(uint16_t);
  const size_t stride = a->value_size * sizeof *fresh;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (size_t block = begin; block < end; block++, weights += OVEN_ATTENTION_BLOCK) {
    const uint16_t *values = values_at(a, span, head, block) + 2 * d;
    _tile_loadd(4, weights, between);
    _tile_loadd(6, values, below);
    _tile_loadd(7, values + 32, below);
    _tile_loadd(5, weights + 16 * ATTENTION_KEYS, between);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  fresh += d;
  _tile_stored(0, fresh, stride);
  _tile_stored(1, fresh + 16, stride);
  _tile_stored(2, fresh + 16 * a->value_size, stride);
  _tile_stored(3, fresh + 16 * a->value_size + 16, stride);
}
