// Many rows of numbers: 128 columns of up to 64 rows of the matrix are unpacked into lanes of rows, and then
// multiply all the numbers. The multiplier sets the pace.

#include "LinearSizes.h"

// Vectors of rows that are unpacked together.
#define PANEL_VECTORS 4

// A lane for each of sixteen rows, of `quarters` of a unit at a time: even columns, then odd ones.
INLINE void place_split(const vi *even, const vi *odd, size_t quarter, size_t N, vi *panel) {
  UNROLL for (size_t j = 0; j < 16; j++) {
    const size_t step = j / quarter * 2 * quarter + j % quarter;
    panel[step * N] = even[j];
    panel[(step + quarter) * N] = odd[j];
  }
}

// Chunk `c` of 16 rows from `row` on: those that the matrix has, of which zeros where they have ended.
INLINE void chunks_of_rows(const oven_matrix *matrix, code_form form, code_rules rules, size_t row, size_t c, vi *even, vi *odd) {
  const size_t bytes = row_bytes_of(matrix);
  // Nibbles are taken apart afterwards, all lanes of rows at once.
  const code_form read = form == form_nibbles ? form_bytes : form;
  if (read == form_bytes && row + 16 <= matrix->rows && c * 64 + 64 <= (matrix->rows - row - 15) * bytes) {
    const uint8_t *codes = (const uint8_t *)matrix->codes + row * bytes + c * 64;
    UNROLL for (size_t i = 0; i < 16; i++) even[i] = load_ints(codes + i * bytes) ^ rules.mask;
    return;
  }
  for (size_t i = 0; i < 16; i++) {
    const row_codes at = row_codes_of(matrix, row + i < matrix->rows ? row + i : matrix->rows - 1);
    even[i] = odd[i] = (vi)(0);
    if (c * 64 >= at.room) continue;
    const chunk_codes chunk = chunk_of(read, at, rules, 1, c);
    even[i] = chunk.even;
    odd[i] = chunk.odd;
  }
}

// Columns [128 · block, + 128) of 16 rows, four bytes a lane and step, in the order of the prepared numbers.
INLINE void unpack(const oven_matrix *matrix, code_form form, code_rules rules, size_t row, size_t block, size_t N,
                   vi *panel) {
  const size_t quarter = unit_length(matrix) / 8, chunks = form == form_bytes ? 2 : 1;
  for (size_t half = 0; half < chunks; half++) {
    vi even[16], odd[16];
    chunks_of_rows(matrix, form, rules, row, block * chunks + half, even, odd);
    transpose(even);
    if (form == form_bytes) {
      UNROLL for (size_t j = 0; j < 16; j++) panel[(half * 16 + j) * N] = even[j];
      continue;
    }
    if (form == form_nibbles) {
      UNROLL for (size_t j = 0; j < 16; j++) {
        odd[j] = (vi)((vu)even[j] >> 4) & 0x0f0f0f0f;
        even[j] &= 0x0f0f0f0f;
      }
    } else {
      transpose(odd);
    }
    place_split(even, odd, quarter, N, panel);
  }
}

// What is multiplied: some rows of numbers, in the units of a block of columns.
typedef struct {
  const int8_t *x;
  // [units][count], from the first of the rows on.
  const float *scales, *totals;
  const int32_t *below;
  size_t count;
} many_at;

INLINE many_at advanced(many_at at, size_t rows) {
  at.x += rows * MANY_COLUMNS;
  at.scales += rows;
  at.totals += rows;
  at.below += rows;
  return at;
}

INLINE many_at next_unit(many_at at, size_t steps) {
  at.x += 4 * steps;
  at.scales += at.count;
  at.totals += at.count;
  at.below += at.count;
  return at;
}

// Unpacked codes of 16 · N rows of the matrix in these units, and the numbers of their groups.
typedef struct {
  const vi *panel;
  const vf *scales, *shifts;
  size_t N;
  // So many, and so many a group; the first one's place in its group.
  size_t units, of_group, place;
} many_codes;

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

// M rows of numbers times 16 · V rows of the matrix, in a block of columns.
INLINE void many_tile(int bits, int shifted, size_t steps, size_t M, size_t V, many_at at, many_codes codes,
                      many_ahead *ahead, vf *sums) {
  const size_t run = run_steps(bits) < steps ? run_steps(bits) : steps, N = codes.N;
  vf all[TILE_ROWS][TILE_VECTORS];
  UNROLL for (size_t m = 0; m < M; m++) {
    UNROLL for (size_t v = 0; v < V; v++) all[m][v] = sums[m * N + v];
  }
  for (size_t unit = 0; unit < codes.units; unit++) {
    ask(ahead);
    vi products[TILE_ROWS][TILE_VECTORS];
    UNROLL for (size_t first = 0; first < steps; first += run) {
      vi runs[TILE_ROWS][TILE_VECTORS];
      UNROLL for (size_t m = 0; m < M; m++) {
        UNROLL for (size_t v = 0; v < V; v++) {
          runs[m][v] = run_of(first ? products[m][v] : start_of(bits, (vi)(at.below[m])));
        }
      }
      // Not unrolled: the compiler would keep all of its numbers at hand, and there are not that many registers.
      _Pragma("clang loop unroll(disable)") for (size_t step = first; step < first + run; step++) {
        UNROLL for (size_t m = 0; m < M; m++) {
          int32_t four;
          memcpy(&four, at.x + m * MANY_COLUMNS + 4 * step, sizeof four);
          UNROLL for (size_t v = 0; v < V; v++) {
            runs[m][v] = dot_run(bits, runs[m][v], codes.panel[step * N + v], (vi)four);
          }
        }
      }
      UNROLL for (size_t m = 0; m < M; m++) {
        UNROLL for (size_t v = 0; v < V; v++) {
          products[m][v] = sum_of_run(first ? products[m][v] : start_of(bits, (vi)(at.below[m])), runs[m][v]);
        }
      }
    }
    UNROLL for (size_t m = 0; m < M; m++) {
      const vf factor = (vf)(at.scales[m]), total = (vf)(at.totals[m]);
      UNROLL for (size_t v = 0; v < V; v++) {
        all[m][v] = fused(__builtin_convertvector(products[m][v], vf) * factor, codes.scales[v], all[m][v]);
        if (shifted) all[m][v] = fused(codes.shifts[v], total, all[m][v]);
      }
    }
    at = next_unit(at, steps);
    codes.panel += steps * N;
    if (++codes.place == codes.of_group) {
      codes.place = 0;
      codes.scales += N;
      codes.shifts += N;
    }
  }
  UNROLL for (size_t m = 0; m < M; m++) {
    UNROLL for (size_t v = 0; v < V; v++) sums[m * N + v] = all[m][v];
  }
}

// What comes after rows [row, + rows), which are multiplied with `count` rows of numbers.
INLINE many_ahead ahead_of(const oven_matrix *matrix, size_t row, size_t rows, size_t count) {
  const size_t next = row + rows < matrix->rows ? row + rows : matrix->rows;
  const size_t end = next + rows < matrix->rows ? next + rows : matrix->rows;
  const size_t bytes = row_bytes_of(matrix), vectors = (rows / 16 + TILE_VECTORS - 1) / TILE_VECTORS;
  const size_t tiles = unit_count(matrix) * vectors * ((count + TILE_ROWS - 1) / TILE_ROWS);
  const uint8_t *codes = matrix->codes;
  return (many_ahead){codes + next * bytes, codes + end * bytes, rounded_up(rows * bytes / tiles + 1, 64)};
}

// M rows of numbers times all of the panel's rows.
INLINE void many_rows_of(int bits, int shifted, size_t steps, size_t M, many_at at, many_codes codes, many_ahead *ahead,
                         vf *sums) {
  const size_t V = codes.N < TILE_VECTORS ? 1 : TILE_VECTORS;
  for (size_t n = 0; n < codes.N; n += V) {
    if (V == 1) {
      many_tile(bits, shifted, steps, M, 1, at, codes, ahead, sums + n);
    } else {
      many_tile(bits, shifted, steps, M, TILE_VECTORS, at, codes, ahead, sums + n);
    }
    codes.panel += V;
    codes.scales += V;
    codes.shifts += V;
  }
}

INLINE void many_block(int bits, int shifted, size_t steps, size_t count, many_at at, many_codes codes, many_ahead *ahead,
                       vf *sums) {
  const size_t N = codes.N;
  size_t m = 0;
  for (; m + TILE_ROWS <= count; m += TILE_ROWS) {
    many_rows_of(bits, shifted, steps, TILE_ROWS, advanced(at, m), codes, ahead, sums + m * N);
  }
#if TILE_ROWS > 4
  for (; m + 4 <= count; m += 4) {
    many_rows_of(bits, shifted, steps, 4, advanced(at, m), codes, ahead, sums + m * N);
  }
#endif
  for (; m + 2 <= count; m += 2) many_rows_of(bits, shifted, steps, 2, advanced(at, m), codes, ahead, sums + m * N);
  if (m < count) many_rows_of(bits, shifted, steps, 1, advanced(at, m), codes, ahead, sums + m * N);
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
  s.raw_shifts = s.raw + many_raw_floats(matrix);
  return s;
}

// Scales and shifts of 16 rows from `row` on, a lane each, into vector n of N.
INLINE void lanes_of_numbers(const oven_matrix *matrix, int bits, int shifted, size_t row, size_t N, many_scratch s, size_t n) {
  const size_t groups = matrix->columns / matrix->group;
  if (row + 16 <= matrix->rows) {
    rows_numbers(matrix, bits, row, 16, s.raw, s.raw_shifts);
  } else {
    for (size_t i = 0; i < 16; i++) {
      const size_t r = row + i < matrix->rows ? row + i : matrix->rows - 1;
      row_numbers(matrix, bits, r, s.raw + i * groups, s.raw_shifts + i * groups);
    }
  }
  for (size_t g = 0; g < groups; g++) {
    for (size_t i = 0; i < 16; i++) ((float *)(s.scales + g * N + n))[i] = s.raw[i * groups + g];
    if (!shifted) continue;
    for (size_t i = 0; i < 16; i++) ((float *)(s.shifts + g * N + n))[i] = s.raw_shifts[i * groups + g];
  }
}

INLINE void many_panel(const oven_matrix *matrix, code_form form, int shifted, size_t N, const void *prepared,
                       size_t count, size_t row, size_t end, float *y, size_t stride, many_scratch s) {
  const int bits = bits_of(form);
  const code_rules rules = rules_of(matrix, form);
  const many_rows rows = many_of(matrix, prepared, count);
  const size_t groups = matrix->columns / matrix->group, units = unit_count(matrix), unit = unit_length(matrix);
  for (size_t n = 0; n < N; n++) lanes_of_numbers(matrix, bits, shifted, row + 16 * n, N, s, n);
  many_ahead ahead = ahead_of(matrix, row, 16 * N, count);
  for (size_t first = 0; first < count; first += MANY_BATCH) {
    const size_t batch = count - first < MANY_BATCH ? count - first : MANY_BATCH;
    memset(s.sums, 0, batch * N * sizeof(vf));
    for (size_t block = 0; block * MANY_COLUMNS < matrix->columns; block++) {
      for (size_t n = 0; n < N; n++) unpack(matrix, form, rules, row + 16 * n, block, N, s.panel + n);
      const size_t u = block * MANY_COLUMNS / unit, left = units - u, most = MANY_COLUMNS / unit;
      const many_at at = {rows.codes + (block * count + first) * MANY_COLUMNS, rows.scales + u * count + first,
                          rows.totals + u * count + first, rows.below + u * count + first, count};
      const size_t g = u * unit / matrix->group, of_group = matrix->group / unit;
      const many_codes codes = {s.panel, s.scales + g * N, s.shifts + g * N, N,
                                left < most ? left : most, of_group, u % of_group};
      if (unit == UNIT) {
        many_block(bits, shifted, UNIT / 4, batch, at, codes, &ahead, s.sums);
      } else {
        many_block(bits, shifted, UNIT / 8, batch, at, codes, &ahead, s.sums);
      }
    }
    const size_t width = end - row < 16 * N ? end - row : 16 * N;
    for (size_t m = 0; m < batch; m++) {
      float *out = y + (first + m) * stride + row;
      if (width == 16 * N) {
        for (size_t n = 0; n < N; n++) memcpy(out + 16 * n, s.sums + m * N + n, sizeof(vf));
      } else {
        memcpy(out, s.sums + m * N, width * sizeof(float));
      }
    }
  }
}

INLINE void many_matrix(const oven_matrix *matrix, code_form form, int shifted, const void *prepared, size_t count,
                        size_t begin, size_t end, float *y, size_t stride, void *scratch) {
  const many_scratch s = scratch_of(matrix, scratch);
  size_t row = begin;
  for (; row + 16 * PANEL_VECTORS <= end; row += 16 * PANEL_VECTORS) {
    many_panel(matrix, form, shifted, PANEL_VECTORS, prepared, count, row, end, y, stride, s);
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
