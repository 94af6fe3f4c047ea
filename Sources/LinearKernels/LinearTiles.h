// Many rows of numbers where the processor multiplies tiles (AMX): 16 rows of the matrix by 32 columns, unpacked to bf16,
// times 32 columns of 16 rows of numbers. Nothing is rounded to 8 bits then, but everything to bf16, as the plugin does on
// such a processor; sums are f32.
//
// Prepared numbers are tiles of 1 KB, for 16 rows of numbers those of all columns one after the other. A tile has 16 lines
// of 16 pairs of columns, a pair for each row of numbers: what TDPBF16PS wants as its right operand. Columns go by steps of
// 64, two tiles: but for codes of a byte the first one has the even columns and the second one the odd ones, as the low and high
// halves of bytes do.

#include "LinearSizes.h"

typedef uint16_t vu16x32 __attribute__((ext_vector_type(32)));
typedef uint8_t vu8x32 __attribute__((ext_vector_type(32)));

// What LDTILECFG takes: eight tiles of 16 rows of 64 bytes.
typedef struct {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} tile_shapes;

INLINE size_t tiles_of(size_t length, size_t tile) { return (length + tile - 1) / tile; }

// Tiles side by side that take so many columns: two for each step.
INLINE size_t depth_of(size_t columns) { return tiles_of(columns, STEP) * 2; }

// Columns [first, first + STEP) of a row of numbers, zeros where there are no more, as lines of two tiles.
INLINE void prepared_lines(const oven_matrix *matrix, size_t chunk, const float *x, size_t first, vi *line, vi *second) {
  float padded[STEP];
  const float *source = x + first;
  if (matrix->columns - first < STEP) {
    memset(padded, 0, sizeof padded);
    memcpy(padded, source, (matrix->columns - first) * sizeof(float));
    source = padded;
  }
  const vi low = bf16_of(load_floats(source), load_floats(source + 16));
  const vi high = bf16_of(load_floats(source + 32), load_floats(source + 48));
  if (chunk == 64) {
    *line = low;
    *second = high;
    return;
  }
  // Pairs of neighbours: the even ones of all, then the odd ones.
  const vu16x32 a = (vu16x32)low, b = (vu16x32)high;
  *line = (vi)__builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38,
                                      40, 42, 44, 46, 48, 50, 52, 54, 56, 58, 60, 62);
  *second = (vi)__builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39,
                                        41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63);
}

// Rows [begin, end) of the numbers; `begin` is a tile's first.
INLINE void prepare_tiles(const oven_matrix *matrix, size_t chunk, const float *x, size_t begin, size_t end, char *prepared) {
  const size_t depth = depth_of(matrix->columns);
  for (size_t row = begin; row < end; row += TILE) {
    const size_t rows = end - row < TILE ? end - row : TILE;
    char *out = prepared + row / TILE * depth * TILE_BYTES;
    for (size_t k = 0; k < matrix->columns; k += STEP, out += 2 * TILE_BYTES) {
      vi lines[16], second[16];
      for (size_t i = 0; i < TILE; i++) {
        lines[i] = second[i] = (vi)0;
        if (i < rows) prepared_lines(matrix, chunk, x + (row + i) * matrix->columns, k, &lines[i], &second[i]);
      }
      transpose(lines);
      memcpy(out, lines, TILE_BYTES);
      transpose(second);
      memcpy(out + TILE_BYTES, second, TILE_BYTES);
    }
  }
}

#include "LinearTileCodes.h"

// Tiles are named by numbers that the compiler must know: four of sums, two of rows of numbers, two of rows of the matrix.
// M tiles of the latter and N of the former, one or two, make M · N sums: tile m + 2 · n. Whatever stands beside a row, its
// products are summed in one order.

INLINE void start_sums(int M, int N, const float *sums, int is_first) {
  const size_t stride = SUMS_STRIDE * sizeof(float);
  const float *below = sums + TILE * SUMS_STRIDE;
  if (is_first) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    return;
  }
  _tile_loadd(0, sums, stride);
  if (M > 1) _tile_loadd(1, below, stride);
  if (N > 1) _tile_loadd(2, sums + TILE, stride);
  if (M > 1 && N > 1) _tile_loadd(3, below + TILE, stride);
}

// Adds the product in `depth` tiles of columns.
INLINE void add_products(int M, int N, const char *a, size_t a_stride, const char *b, size_t b_stride, size_t depth) {
  for (size_t k = 0; k < depth; k++, a += TILE_BYTES, b += TILE_BYTES) {
    _tile_loadd(4, b, 64);
    _tile_loadd(6, a, 64);
    if (N > 1) _tile_loadd(5, b + b_stride, 64);
    if (M > 1) _tile_loadd(7, a + a_stride, 64);
    _tile_dpbf16ps(0, 6, 4);
    if (N > 1) _tile_dpbf16ps(2, 6, 5);
    if (M > 1) _tile_dpbf16ps(1, 7, 4);
    if (M > 1 && N > 1) _tile_dpbf16ps(3, 7, 5);
  }
}

INLINE void stop_sums(int M, int N, float *sums) {
  const size_t stride = SUMS_STRIDE * sizeof(float);
  float *below = sums + TILE * SUMS_STRIDE;
  _tile_stored(0, sums, stride);
  if (M > 1) _tile_stored(1, below, stride);
  if (N > 1) _tile_stored(2, sums + TILE, stride);
  if (M > 1 && N > 1) _tile_stored(3, below + TILE, stride);
}

// y[n][m] = sums[m][n] for 16 of each, of which `rows` and `batch` are wanted.
INLINE void write_tile(const float *sums, size_t rows, size_t batch, float *y, size_t stride) {
  vi lines[16];
  for (size_t i = 0; i < TILE; i++) lines[i] = load_ints(sums + i * SUMS_STRIDE);
  transpose(lines);
  const __mmask16 wanted = (__mmask16)((1u << rows) - 1);
  for (size_t i = 0; i < TILE; i++) {
    if (i < batch) _mm512_mask_storeu_ps(y + i * stride, wanted, (__m512)lines[i]);
  }
}

INLINE void write_sums(const float *sums, size_t rows, size_t batch, float *y, size_t stride) {
  for (size_t n = 0; n < batch; n += TILE) {
    for (size_t m = 0; m < rows; m += TILE) {
      write_tile(sums + m * SUMS_STRIDE + n, rows - m < TILE ? rows - m : TILE, batch - n, y + n * stride + m, stride);
    }
  }
}

// Columns [k, until) of M tiles of rows, one after the other.
INLINE void unpack_rows(const oven_matrix *matrix, code_form form, int M, size_t row, size_t rows, size_t k, size_t until,
                        tiles_scratch s) {
  for (size_t m = 0; m < (size_t)M; m++) {
    const size_t left = rows - m * TILE;
    unpack_tile(matrix, form, row + m * TILE, left < TILE ? left : TILE, k, until, s,
                s.panel + m * depth_of(until - k) * TILE_BYTES);
  }
}

// Rows [row, row + rows) of the matrix, M tiles of them, times `batch` rows of numbers, span after span, into s.sums.
INLINE void multiply_rows(const oven_matrix *matrix, code_form form, int M, const char *b, size_t batch, size_t row, size_t rows,
                          tiles_scratch s) {
  const size_t columns = matrix->columns, b_stride = depth_of(columns) * TILE_BYTES;
  // Spans of about equal length.
  const size_t spans = tiles_of(columns, SPAN), span = rounded_up(tiles_of(columns, spans), STEP);
  const size_t tiles = tiles_of(batch, TILE);
  for (size_t k = 0; k < columns; k += span) {
    const size_t until = columns - k < span ? columns : k + span;
    const size_t depth = depth_of(until - k), a_stride = depth * TILE_BYTES;
    const char *at = b + k / STEP * 2 * TILE_BYTES;
    unpack_rows(matrix, form, M, row, rows, k, until, s);
    for (size_t n = 0; n < tiles; n += 2, at += 2 * b_stride) {
      float *sums = s.sums + n * TILE;
      if (n + 1 < tiles) {
        start_sums(M, 2, sums, k == 0);
        add_products(M, 2, s.panel, a_stride, at, b_stride, depth);
        stop_sums(M, 2, sums);
      } else {
        start_sums(M, 1, sums, k == 0);
        add_products(M, 1, s.panel, a_stride, at, b_stride, depth);
        stop_sums(M, 1, sums);
      }
    }
  }
}

INLINE void tiles_matrix(const oven_matrix *matrix, code_form form, const char *prepared, size_t count, size_t begin,
                         size_t end, float *y, size_t stride, tiles_scratch s) {
  const size_t b_stride = depth_of(matrix->columns) * TILE_BYTES;
  for (size_t first = 0; first < count; first += TILES_BATCH) {
    const size_t batch = count - first < TILES_BATCH ? count - first : TILES_BATCH;
    const char *b = prepared + first / TILE * b_stride;
    for (size_t row = begin; row < end; row += PANEL) {
      const size_t rows = end - row < PANEL ? end - row : PANEL;
      tiles_scratch part = s;
      for (size_t m = 0; m < rows; m += 2 * TILE, part.sums += 2 * TILE * SUMS_STRIDE) {
        if (rows - m > TILE) {
          multiply_rows(matrix, form, 2, b, batch, row + m, rows - m, part);
        } else {
          multiply_rows(matrix, form, 1, b, batch, row + m, rows - m, part);
        }
      }
      write_sums(s.sums, rows, batch, y + first * stride + row, stride);
    }
  }
}

// Gives all tiles their shape. The plugin's own products keep theirs from call to call, so they get them back.
INLINE tile_shapes own_tiles(void) {
  static const tile_shapes ours = {.palette = 1,
                                   .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
                                   .rows = {16, 16, 16, 16, 16, 16, 16, 16}};
  tile_shapes theirs;
  _tile_storeconfig(&theirs);
  _tile_loadconfig(&ours);
  return theirs;
}

INLINE void give_tiles_back(const tile_shapes *theirs) { _tile_loadconfig(theirs); }

static void multiply_tiles(const oven_matrix *matrix, const void *prepared, size_t count, size_t begin, size_t end,
                           float *y, size_t stride, void *scratch) {
  const tile_shapes theirs = own_tiles();
  const tiles_scratch s = tiles_scratch_of(matrix, scratch);
  switch (form_of(matrix)) {
#define CASE(FORM)                                                              \
  case FORM:                                                                    \
    tiles_matrix(matrix, FORM, prepared, count, begin, end, y, stride, s);      \
    break
    EACH_FORM(CASE);
#undef CASE
  }
  give_tiles_back(&theirs);
}
