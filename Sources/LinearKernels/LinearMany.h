// Many rows of numbers: 128 columns of up to 64 rows of the matrix are unpacked into lanes of rows, and then
// multiply all the numbers. The multiplier sets the pace.

#include "LinearSizes.h"

// A lane for each of sixteen rows, of `quarters` of a unit at a time: even columns, then odd ones.
INLINE void place_split(const vi *even, const vi *odd, size_t quarter, size_t N, vi *panel) {
  for (size_t j = 0; j < 16; j++) {
    const size_t step = j / quarter * 2 * quarter + j % quarter;
    panel[step * N] = even[j];
    panel[(step + quarter) * N] = odd[j];
  }
}

// Columns [128 · block, + 128) of 16 rows, four bytes a lane and step, in the order of the prepared numbers.
INLINE void unpack(const oven_matrix *matrix, code_form form, code_rules rules, size_t row, size_t block, size_t N,
                   vi *panel) {
  const size_t quarter = unit_length(matrix) / 8, chunks = form == form_bytes ? 2 : 1;
  for (size_t half = 0; half < chunks; half++) {
    const size_t c = block * chunks + half;
    vi even[16], odd[16];
    for (size_t i = 0; i < 16; i++) {
      const row_codes at = row_codes_of(matrix, row + i < matrix->rows ? row + i : matrix->rows - 1);
      even[i] = odd[i] = (vi)(0);
      if (c * 64 >= at.room) continue;
      // Nibbles are taken apart afterwards, all lanes of rows at once.
      const chunk_codes chunk = chunk_of(form == form_nibbles ? form_bytes : form, at, rules, 1, c);
      even[i] = chunk.even;
      odd[i] = chunk.odd;
    }
    transpose(even);
    if (form == form_bytes) {
      for (size_t j = 0; j < 16; j++) panel[(half * 16 + j) * N] = even[j];
      continue;
    }
    if (form == form_nibbles) {
      for (size_t j = 0; j < 16; j++) {
        odd[j] = (vi)((vu)even[j] >> 4) & 0x0f0f0f0f;
        even[j] &= 0x0f0f0f0f;
      }
    } else {
      transpose(odd);
    }
    place_split(even, odd, quarter, N, panel);
  }
}

// Where a unit's numbers of some rows are.
typedef struct {
  const int8_t *x;
  const float *scales, *totals;
  const int32_t *below;
} many_at;

// M rows of numbers times 16 · N rows of the matrix, in one unit.
INLINE void many_tile(int bits, int shifted, size_t steps, size_t M, size_t N, many_at at, const vi *panel,
                      const vf *scales, const vf *shifts, vf *sums) {
  const size_t run = run_steps(bits) < steps ? run_steps(bits) : steps;
  vi products[TILE_ROWS][TILE_VECTORS];
  UNROLL for (size_t first = 0; first < steps; first += run) {
    vi runs[TILE_ROWS][TILE_VECTORS];
    UNROLL for (size_t m = 0; m < M; m++) {
      UNROLL for (size_t n = 0; n < N; n++) {
        runs[m][n] = run_of(first ? products[m][n] : start_of(bits, (vi)(at.below[m])));
      }
    }
    // Not unrolled: the compiler would keep all of its numbers at hand, and there are not that many registers.
    _Pragma("clang loop unroll(disable)") for (size_t step = first; step < first + run; step++) {
      UNROLL for (size_t m = 0; m < M; m++) {
        int32_t four;
        memcpy(&four, at.x + m * MANY_COLUMNS + 4 * step, sizeof four);
        UNROLL for (size_t n = 0; n < N; n++) runs[m][n] = dot_run(bits, runs[m][n], panel[step * N + n], (vi)four);
      }
    }
    UNROLL for (size_t m = 0; m < M; m++) {
      UNROLL for (size_t n = 0; n < N; n++) {
        products[m][n] = sum_of_run(first ? products[m][n] : start_of(bits, (vi)(at.below[m])), runs[m][n]);
      }
    }
  }
  UNROLL for (size_t m = 0; m < M; m++) {
    const vf factor = (vf)(at.scales[m]), total = (vf)(at.totals[m]);
    UNROLL for (size_t n = 0; n < N; n++) {
      vf sum = fused(__builtin_convertvector(products[m][n], vf) * factor, scales[n], sums[m * N + n]);
      if (shifted) sum = fused(shifts[n], total, sum);
      sums[m * N + n] = sum;
    }
  }
}

// Codes of rows that come next, which memory is asked for in small pieces while others are computed.
typedef struct {
  const uint8_t *next, *end;
  size_t piece;
} many_ahead;

INLINE void ask(many_ahead *ahead) {
  const size_t left = (size_t)(ahead->end - ahead->next), piece = left < ahead->piece ? left : ahead->piece;
  for (size_t i = 0; i < piece; i += 64) __builtin_prefetch(ahead->next + i);
  ahead->next += piece;
}

// What comes after rows [row, + rows), which are multiplied with `count` rows of numbers.
INLINE many_ahead ahead_of(const oven_matrix *matrix, size_t row, size_t rows, size_t count) {
  const size_t next = row + rows < matrix->rows ? row + rows : matrix->rows;
  const size_t end = next + rows < matrix->rows ? next + rows : matrix->rows;
  const size_t bytes = row_bytes_of(matrix), tiles = unit_count(matrix) * ((count + TILE_ROWS - 1) / TILE_ROWS);
  const uint8_t *codes = matrix->codes;
  return (many_ahead){codes + next * bytes, codes + end * bytes, rounded_up(rows * bytes / tiles + 1, 64)};
}

INLINE many_at advanced(many_at at, size_t rows) {
  at.x += rows * MANY_COLUMNS;
  at.scales += rows;
  at.totals += rows;
  at.below += rows;
  return at;
}

INLINE void many_unit(int bits, int shifted, size_t steps, size_t count, size_t N, many_at at, const vi *panel,
                      const vf *scales, const vf *shifts, many_ahead *ahead, vf *sums) {
  size_t m = 0;
  for (; m + TILE_ROWS <= count; m += TILE_ROWS) {
    ask(ahead);
    many_tile(bits, shifted, steps, TILE_ROWS, N, advanced(at, m), panel, scales, shifts, sums + m * N);
  }
#if TILE_ROWS > 4
  for (; m + 4 <= count; m += 4) {
    ask(ahead);
    many_tile(bits, shifted, steps, 4, N, advanced(at, m), panel, scales, shifts, sums + m * N);
  }
#endif
  for (; m + 2 <= count; m += 2) {
    many_tile(bits, shifted, steps, 2, N, advanced(at, m), panel, scales, shifts, sums + m * N);
  }
  if (m < count) many_tile(bits, shifted, steps, 1, N, advanced(at, m), panel, scales, shifts, sums + m * N);
}

// The working memory of one thread: numbers of all groups, unpacked codes, sums.
typedef struct {
  vf *scales, *shifts;
  vi *panel;
  vf *sums;
  float *raw, *raw_shifts;
} many_scratch;

INLINE many_scratch scratch_of(const oven_matrix *matrix, void *scratch) {
  const size_t groups = matrix->columns / matrix->group;
  many_scratch s;
  s.sums = scratch;
  s.panel = (vi *)(s.sums + MANY_BATCH * 4);
  s.scales = (vf *)(s.panel + MANY_STEPS * 4);
  s.shifts = s.scales + groups * 4;
  s.raw = (float *)(s.shifts + groups * 4);
  s.raw_shifts = s.raw + groups_room(matrix);
  return s;
}

INLINE void many_panel(const oven_matrix *matrix, code_form form, int shifted, size_t N, const void *prepared,
                       size_t count, size_t row, size_t end, float *y, size_t stride, many_scratch s) {
  const int bits = bits_of(form);
  const code_rules rules = rules_of(matrix, form);
  const many_rows rows = many_of(matrix, prepared, count);
  const size_t groups = matrix->columns / matrix->group, units = unit_count(matrix), unit = unit_length(matrix);
  for (size_t i = 0; i < 16 * N; i++) {
    const size_t r = row + i < matrix->rows ? row + i : matrix->rows - 1;
    row_numbers(matrix, bits, r, s.raw, s.raw_shifts);
    for (size_t g = 0; g < groups; g++) ((float *)(s.scales + g * N))[i] = s.raw[g];
    if (!shifted) continue;
    for (size_t g = 0; g < groups; g++) ((float *)(s.shifts + g * N))[i] = s.raw_shifts[g];
  }
  many_ahead ahead = ahead_of(matrix, row, 16 * N, count);
  for (size_t first = 0; first < count; first += MANY_BATCH) {
    const size_t batch = count - first < MANY_BATCH ? count - first : MANY_BATCH;
    memset(s.sums, 0, batch * N * sizeof(vf));
    for (size_t block = 0; block * MANY_COLUMNS < matrix->columns; block++) {
      for (size_t n = 0; n < N; n++) unpack(matrix, form, rules, row + 16 * n, block, N, s.panel + n);
      for (size_t u = block * MANY_COLUMNS / unit; u < units && u * unit < (block + 1) * MANY_COLUMNS; u++) {
        const many_at at = {rows.codes + (block * count + first) * MANY_COLUMNS + u * unit - block * MANY_COLUMNS,
                            rows.scales + u * count + first, rows.totals + u * count + first,
                            rows.below + u * count + first};
        const size_t g = u * unit / matrix->group;
        const vi *panel = s.panel + (u * unit - block * MANY_COLUMNS) / 4 * N;
        const vf *scales = s.scales + g * N, *shifts = s.shifts + g * N;
        if (unit == UNIT) {
          many_unit(bits, shifted, UNIT / 4, batch, N, at, panel, scales, shifts, &ahead, s.sums);
        } else {
          many_unit(bits, shifted, UNIT / 8, batch, N, at, panel, scales, shifts, &ahead, s.sums);
        }
      }
    }
    const size_t width = end - row < 16 * N ? end - row : 16 * N;
    for (size_t m = 0; m < batch; m++) {
      memcpy(y + (first + m) * stride + row, s.sums + m * N, width * sizeof(float));
    }
  }
}

INLINE void many_matrix(const oven_matrix *matrix, code_form form, int shifted, const void *prepared, size_t count,
                        size_t begin, size_t end, float *y, size_t stride, void *scratch) {
  const many_scratch s = scratch_of(matrix, scratch);
  size_t row = begin;
  for (; row + 16 * TILE_VECTORS <= end; row += 16 * TILE_VECTORS) {
    many_panel(matrix, form, shifted, TILE_VECTORS, prepared, count, row, end, y, stride, s);
  }
  for (; row < end; row += 16) many_panel(matrix, form, shifted, 1, prepared, count, row, end, y, stride, s);
}

static void multiply_many(const oven_matrix *matrix, const void *prepared, size_t count, size_t begin, size_t end,
                          float *y, size_t stride, void *scratch) {
  const code_form form = form_of(matrix);
  const int shifted = is_shifted(matrix);
#define CASE(FORM, SHIFTED)               \
  if (form == FORM && (SHIFTED || !shifted)) \
  return many_matrix(matrix, FORM, SHIFTED && shifted, prepared, count, begin, end, y, stride, scratch)
  CASE(form_nibbles, 0);
  CASE(form_nibbles, 1);
  CASE(form_bytes, 1);
  CASE(form_fives, 1);
  CASE(form_sixes, 1);
  CASE(form_table, 1);
#undef CASE
}
