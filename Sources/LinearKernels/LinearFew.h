// Up to eight rows of numbers: codes stream by once, 64 bytes at a time, and memory sets the pace.

// Scales of a chunk, lane by lane.
INLINE vf spread(int slots, const float *p) {
  if (slots == 1) return (vf)(*p);
  if (slots == 2) {
    vf2 two;
    memcpy(&two, p, sizeof two);
    return __builtin_shufflevector(two, two, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  }
  if (slots == 4) {
    vf4 four;
    memcpy(&four, p, sizeof four);
    return __builtin_shufflevector(four, four, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
  }
  vf8 eight;
  memcpy(&eight, p, sizeof eight);
  return __builtin_shufflevector(eight, eight, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
}

// Where a row of the matrix, its numbers and M rows of numbers are.
typedef struct {
  row_codes row;
  const char *x;
  size_t x_stride;
  const float *scales, *shifts;
} few_at;

// How far ahead of its use memory is asked for, in bytes: into the second cache, since the few lines that the first one can
// wait for at once are no match for the time that memory takes.
#define AHEAD 4096

// start + Σ code · (256 · coarse + fine) of a chunk.
INLINE vi chunk_products(int bits, int is_split, chunk_codes codes, const char *coarse, const char *fine, vi start) {
#if defined(RUNS_ARE_SHORT)
  vi upper = dot_run(bits, run_of(start), codes.even, load_ints(coarse));
  vi lower = dot_run(bits, run_of(start), codes.even, load_ints(fine));
  if (is_split && run_steps(bits) > 1) {
    upper = dot_run(bits, upper, codes.odd, load_ints(coarse + 64));
    lower = dot_run(bits, lower, codes.odd, load_ints(fine + 64));
  }
  vi sum = start + times_run(upper, FINE) + times_run(lower, 1);
  if (!is_split || run_steps(bits) > 1) return sum;
  upper = dot_run(bits, run_of(start), codes.odd, load_ints(coarse + 64));
  lower = dot_run(bits, run_of(start), codes.odd, load_ints(fine + 64));
  return sum + times_run(upper, FINE) + times_run(lower, 1);
#else
  vi products = dot(bits, (vi)(0), codes.even, load_ints(coarse));
  if (is_split) products = dot(bits, products, codes.odd, load_ints(coarse + 64));
  products = dot(bits, (products << FINE_BITS) + start, codes.even, load_ints(fine));
  return is_split ? dot(bits, products, codes.odd, load_ints(fine + 64)) : products;
#endif
}

// Chunk `c` of a row of the matrix times M rows of numbers.
INLINE void few_chunk(few_at at, code_form form, int slots, int shifted, code_rules rules, int is_last, int M, size_t c,
                      vf *sums) {
  const int bits = bits_of(form), is_split = form != form_bytes;
  const size_t chunk = is_split ? 128 : 64;
  const char *x = at.x + c * (2 * chunk + sizeof(lanes_of_chunk));
  __builtin_prefetch(at.row.codes + c * 64 + AHEAD, 0, 2);
  const chunk_codes codes = chunk_of(form, at.row, rules, is_last, c);
  const vf scale = spread(slots, at.scales + c * (size_t)slots);
  UNROLL for (int m = 0; m < M; m++) {
    const char *of = x + (size_t)m * at.x_stride, *lanes = of + 2 * chunk;
    const vi start = start_of(bits, load_ints(lanes + offsetof(lanes_of_chunk, below)));
    const vi products = chunk_products(bits, is_split, codes, of, of + chunk, start);
    const vf factor = scale * load_floats((const float *)(lanes + offsetof(lanes_of_chunk, scale)));
    sums[m] = fused(__builtin_convertvector(products, vf), factor, sums[m]);
  }
  if (!shifted) return;
  const vf shift = spread(slots, at.shifts + c * (size_t)slots);
  UNROLL for (int m = 0; m < M; m++) {
    const char *lanes = x + (size_t)m * at.x_stride + 2 * chunk;
    sums[m] = fused(shift, load_floats((const float *)(lanes + offsetof(lanes_of_chunk, total))), sums[m]);
  }
}

// A row of the matrix times M rows of numbers: the sums by lanes.
INLINE void few_row(const oven_matrix *matrix, code_form form, int slots, int shifted, int M, few_at at,
                    code_rules rules, vf *sums) {
  UNROLL for (int m = 0; m < M; m++) sums[m] = 0;
  const size_t whole = matrix->columns / (form == form_bytes ? 64 : 128);
  for (size_t c = 0; c < whole; c++) few_chunk(at, form, slots, shifted, rules, 0, M, c, sums);
  if (whole < chunk_count(matrix)) few_chunk(at, form, slots, shifted, rules, 1, M, whole, sums);
}

// Scales and shifts of OVEN_LINEAR_ROWS rows: `width` for each row, a chunk's beside each other.
typedef struct {
  const float *scales, *shifts;
  size_t width;
} few_numbers;

// One number for each chunk, from one for each group that is longer.
INLINE void repeat_groups(const oven_matrix *matrix, const float *groups, size_t rows, size_t width, float *out) {
  const size_t count = matrix->columns / matrix->group, chunks = chunk_count(matrix);
  const size_t together = matrix->group / chunk_length(matrix);
  for (size_t row = 0; row < rows; row++, groups += count, out += width) {
    size_t c = 0;
    for (size_t g = 0; g + 1 < count; g++) {
      for (size_t i = 0; i < together; i++) out[c++] = groups[g];
    }
    while (c < chunks) out[c++] = groups[count - 1];
  }
}

INLINE few_numbers few_numbers_of(const oven_matrix *matrix, int bits, int shifted, size_t row, size_t rows,
                                  float *scratch) {
  const size_t groups = matrix->columns / matrix->group, chunks = chunk_count(matrix);
  const size_t room = OVEN_LINEAR_ROWS * groups + 16;
  float *scales = scratch, *shifts = scales + room;
  rows_numbers(matrix, bits, row, rows, scales, shifts);
  if (matrix->group <= chunk_length(matrix)) {
    // A row's last chunk may have fewer groups than slots. What it takes for them is multiplied with zero.
    memset(scales + rows * groups, 0, 8 * sizeof(float));
    if (shifted) memset(shifts + rows * groups, 0, 8 * sizeof(float));
    return (few_numbers){scales, shifts, groups};
  }
  float *repeated = shifts + room, *repeated_shifts = repeated + OVEN_LINEAR_ROWS * chunks;
  repeat_groups(matrix, scales, rows, chunks, repeated);
  if (shifted) repeat_groups(matrix, shifts, rows, chunks, repeated_shifts);
  return (few_numbers){repeated, repeated_shifts, chunks};
}

// Up to OVEN_LINEAR_ROWS rows of the matrix times M rows of numbers.
INLINE void few_tile(const oven_matrix *matrix, code_form form, int slots, int shifted, int M, few_at at,
                     code_rules rules, few_numbers of, size_t rows, float *y, size_t stride) {
  const size_t row_bytes = row_bytes_of(matrix), plane_bytes = plane_row_bytes(matrix);
  // One row after the other, not several side by side: the machine fetches ahead of one stream, not of four.
  for (size_t row = 0; row < rows; row++) {
    vf sums[4];
    few_row(matrix, form, slots, shifted, M, at, rules, sums);
    UNROLL for (int m = 0; m < M; m++) y[(size_t)m * stride + row] = sum_of(sums[m]);
    at.row.codes += row_bytes;
    at.row.room -= row_bytes;
    at.row.planes += plane_bytes;
    at.scales += of.width;
    at.shifts += of.width;
  }
}

INLINE void few_matrix(const oven_matrix *matrix, code_form form, int slots, int shifted, const void *prepared,
                       size_t count, size_t begin, size_t end, float *y, size_t stride, float *scratch) {
  const code_rules rules = rules_of(matrix, form);
  few_at at = {0};
  at.x_stride = chunk_count(matrix) * few_chunk_size(matrix);
  for (size_t row = begin; row < end; row += OVEN_LINEAR_ROWS) {
    const size_t rows = end - row < OVEN_LINEAR_ROWS ? end - row : OVEN_LINEAR_ROWS;
    const few_numbers of = few_numbers_of(matrix, bits_of(form), shifted, row, rows, scratch);
    at.scales = of.scales;
    at.shifts = of.shifts;
    at.row = row_codes_of(matrix, row);
    at.x = prepared;
    float *out = y + row;
    size_t m = 0;
    for (; m + 4 <= count; m += 4, at.x += 4 * at.x_stride, out += 4 * stride) {
      few_tile(matrix, form, slots, shifted, 4, at, rules, of, rows, out, stride);
    }
    if (count % 4 >= 2) {
      few_tile(matrix, form, slots, shifted, 2, at, rules, of, rows, out, stride);
      at.x += 2 * at.x_stride;
      out += 2 * stride;
    }
    if (count % 2) few_tile(matrix, form, slots, shifted, 1, at, rules, of, rows, out, stride);
  }
}

static void multiply_few(const oven_matrix *matrix, const void *prepared, size_t count, size_t begin, size_t end,
                         float *y, size_t stride, void *scratch) {
  const code_form form = form_of(matrix);
  const int slots = (int)slot_count(matrix), shifted = is_shifted(matrix);
#define CASE(FORM, SLOTS, SHIFTED)                                \
  if (form == FORM && slots == SLOTS && shifted == SHIFTED)       \
  return few_matrix(matrix, FORM, SLOTS, SHIFTED, prepared, count, begin, end, y, stride, scratch)
  CASE(form_nibbles, 1, 0);
  CASE(form_nibbles, 1, 1);
  CASE(form_nibbles, 2, 0);
  CASE(form_nibbles, 2, 1);
  CASE(form_nibbles, 4, 0);
  CASE(form_nibbles, 4, 1);
  CASE(form_nibbles, 8, 0);
  CASE(form_nibbles, 8, 1);
  CASE(form_bytes, 1, 0);
  CASE(form_bytes, 1, 1);
  CASE(form_bytes, 2, 0);
  CASE(form_bytes, 2, 1);
  CASE(form_bytes, 4, 0);
  CASE(form_bytes, 4, 1);
  CASE(form_fives, 4, 0);
  CASE(form_fives, 4, 1);
  CASE(form_sixes, 8, 0);
  CASE(form_table, 1, 0);
  CASE(form_table, 2, 0);
  CASE(form_table, 4, 0);
#undef CASE
}
