// Up to eight rows of numbers: codes stream by once, 64 bytes at a time, and memory sets the pace.

// Scales of a chunk, lane by lane.
INLINE vf spread(int slots, const float *p) {
  if (slots == 1) return (vf)(*p);
  if (slots == 2) {
    vf2 two;
    memcpy(&two, p, sizeof two);
    return __builtin_shufflevector(two, two, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  }
  vf4 four;
  memcpy(&four, p, sizeof four);
  return __builtin_shufflevector(four, four, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
}

// One number for each slot of each chunk, from one for each group.
INLINE void repeat_groups(const oven_matrix *matrix, float *numbers, float *out) {
  const size_t chunk = chunk_length(matrix), chunks = chunk_count(matrix);
  if (matrix->group <= chunk) {
    const size_t groups = matrix->columns / matrix->group;
    memcpy(out, numbers, groups * sizeof(float));
    // The last chunk may have fewer groups than slots; theirs are multiplied with zero.
    memset(out + groups, 0, 4 * sizeof(float));
    return;
  }
  for (size_t c = 0; c < chunks; c++) out[c] = numbers[c * chunk / matrix->group];
}

// Numbers that a row's scales (or shifts) take in the working memory.
INLINE size_t few_numbers(const oven_matrix *matrix) {
  return rounded_up(chunk_count(matrix) * slot_count(matrix) + 16, 16);
}

// How far ahead of its use memory is asked for, in bytes.
#define AHEAD 4096

// Where a row of the matrix, its numbers and M rows of numbers are.
typedef struct {
  const uint8_t *codes;
  // What may be read from `codes` on.
  size_t room;
  const char *x;
  size_t x_stride;
  const float *scales, *shifts;
} few_at;

// Chunk `c` of a row of the matrix times M rows of numbers.
INLINE void few_chunk(few_at at, int bits, int slots, int shifted, vi mask, int is_last, int M, size_t c, vf *sums) {
  const size_t chunk = bits == 4 ? 128 : 64;
  const char *x = at.x + c * (chunk + sizeof(lanes_of_chunk));
  const uint8_t *codes = at.codes + c * 64;
  __builtin_prefetch(codes + AHEAD);
  const vi both = (is_last ? load_codes(codes, at.room - c * 64) : load_ints(codes)) ^ mask;
  const vi low = bits == 4 ? both & 0x0f0f0f0f : both;
  const vi high = (vi)((vu)both >> 4) & 0x0f0f0f0f;
  const vf scale = spread(slots, at.scales + c * (size_t)slots);
  UNROLL for (int m = 0; m < M; m++) {
    const char *of = x + (size_t)m * at.x_stride;
    vi products = dot(bits, load_ints(of + chunk + 128), low, load_ints(of));
    if (bits == 4) products = dot(bits, products, high, load_ints(of + 64));
    const vf factor = scale * load_floats((const float *)(of + chunk));
    sums[m] = fused(__builtin_convertvector(products, vf), factor, sums[m]);
  }
  if (!shifted) return;
  const vf shift = spread(slots, at.shifts + c * (size_t)slots);
  UNROLL for (int m = 0; m < M; m++) {
    const vf total = load_floats((const float *)(x + (size_t)m * at.x_stride + chunk + 64));
    sums[m] = fused(shift, total, sums[m]);
  }
}

// A row of the matrix times M rows of numbers.
INLINE void few_tile(const oven_matrix *matrix, int bits, int slots, int shifted, int M, few_at at, float *y,
                     size_t stride) {
  const vi mask = (vi)(sign_mask(matrix));
  vf sums[4];
  UNROLL for (int m = 0; m < M; m++) sums[m] = 0;
  const size_t whole = matrix->columns / (bits == 4 ? 128 : 64);
  for (size_t c = 0; c < whole; c++) few_chunk(at, bits, slots, shifted, mask, 0, M, c, sums);
  if (whole < chunk_count(matrix)) few_chunk(at, bits, slots, shifted, mask, 1, M, whole, sums);
  UNROLL for (int m = 0; m < M; m++) y[(size_t)m * stride] = sum_of(sums[m]);
}

INLINE void few_matrix(const oven_matrix *matrix, int bits, int slots, int shifted, const void *prepared, size_t count,
                       size_t begin, size_t end, float *y, size_t stride, float *scratch) {
  const size_t row_bytes = matrix->columns * (size_t)bits / 8, width = few_numbers(matrix);
  float *scales = scratch, *shifts = scratch + width;
  float *raw = shifts + width, *raw_shifts = raw + rounded_up(matrix->columns / matrix->group + 16, 16);
  few_at at = {0};
  at.x_stride = chunk_count(matrix) * few_stride(matrix);
  at.scales = scales;
  at.shifts = shifts;
  for (size_t row = begin; row < end; row++) {
    row_numbers(matrix, bits, row, raw, raw_shifts);
    repeat_groups(matrix, raw, scales);
    if (shifted) repeat_groups(matrix, raw_shifts, shifts);
    // One row after the other, not several side by side: the machine fetches ahead of one stream, not of four.
    at.codes = (const uint8_t *)matrix->codes + row * row_bytes;
    at.room = (matrix->rows - row) * row_bytes;
    at.x = prepared;
    float *out = y + row;
    size_t m = 0;
    for (; m + 4 <= count; m += 4, at.x += 4 * at.x_stride, out += 4 * stride) {
      few_tile(matrix, bits, slots, shifted, 4, at, out, stride);
    }
    if (count % 4 >= 2) {
      few_tile(matrix, bits, slots, shifted, 2, at, out, stride);
      at.x += 2 * at.x_stride;
      out += 2 * stride;
    }
    if (count % 2) few_tile(matrix, bits, slots, shifted, 1, at, out, stride);
  }
}

static void multiply_few(const oven_matrix *matrix, const void *prepared, size_t count, size_t begin, size_t end,
                         float *y, size_t stride, void *scratch) {
  const int slots = (int)slot_count(matrix), shifted = is_shifted(matrix);
#define CASE(BITS, SLOTS, SHIFTED)                  \
  if (slots == SLOTS && shifted == SHIFTED)         \
  return few_matrix(matrix, BITS, SLOTS, SHIFTED, prepared, count, begin, end, y, stride, scratch)
  if (chunk_length(matrix) == 128) {
    CASE(4, 1, 0);
    CASE(4, 1, 1);
    CASE(4, 2, 0);
    CASE(4, 2, 1);
    CASE(4, 4, 0);
    CASE(4, 4, 1);
  } else {
    CASE(8, 1, 0);
    CASE(8, 1, 1);
    CASE(8, 2, 0);
    CASE(8, 2, 1);
  }
#undef CASE
}
